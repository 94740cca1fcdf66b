import DICOM
import Digests
import VisionLanguage

/// Reads JPEG, PNG, WebP, TIFF, BMP, HEIC, AVIF, JPEG 2000, JPEG XL and DICOM into checked 8-bit sRGB.
///
/// Each format's own structure is read first, in Swift: sizes are checked before a pixel is decoded, and a file that
/// ends early is told apart from one that is damaged. Then libvips decodes (BMP: `BitmapDecoder`; DICOM:
/// the module `DICOM`, and libvips for its JPEG and JPEG 2000 frames).
///
/// What comes out, whatever went in:
/// - The orientation of EXIF or TIFF is applied; if EXIF has none, that of XMP, or of EXIF in a PNG's text.
/// - Transparent parts are shown over white, as a browser or a sheet of paper would show them.
/// - An embedded ICC profile is converted to sRGB (perceptual intent); one that cannot be used is ignored, and so is
///   a BMP's. Grey without a profile is sRGB's grey, CMYK is libvips' own; a JPEG's inks are taken as inverted, as
///   Adobe's are.
/// - A PNG's colour information counts in the PNG specification's order: cICP, profile, sRGB, gAMA with cHRM.
/// - 16-bit samples keep their upper 8 bits. Where these are never used, as by cameras of 12 bits, the samples are scaled to
///   the full range, and a note says so. Samples of other kinds (floating-point, 32 bits) are refused.
/// - Of an animation or a document of several pages, the first picture; of a DICOM file with several frames the chosen one.
///
/// Safe to call from several threads at once.
///
/// ```swift
/// import Imaging
///
/// let decoded = try ImageDecoder.decode(fileAt: "lesion.jpg")
/// print(decoded.format, decoded.image.width, decoded.image.height, decoded.notes)
/// try ImageEncoder.png(decoded.image).withUnsafeBytes { print($0.count) }
/// ```
public enum ImageDecoder {
  /// Decodes a file's bytes.
  ///
  /// - Parameters:
  ///   - bytes: the whole file, at most ``ImageLimits/fileBytes``.
  ///   - name: what errors call it; it says nothing about the format.
  ///   - dicom: what is wanted of a DICOM file.
  /// - Throws: ``ImageFault``, of kind `unusableInput` for anything that the bytes can do.
  public static func decode(
    _ bytes: [UInt8], name: String, dicom: DICOMOptions = DICOMOptions()
  ) throws(ImageFault) -> DecodedImage {
    let format = try format(of: bytes, name: name)
    do {
      let picture = try picture(ByteReader(bytes), as: format, dicom)
      return DecodedImage(
        image: picture.image, digest: SHA256Digest(of: bytes), format: format, notes: picture.notes,
        lesion: picture.lesion)
    } catch {
      throw error.fault(name: name, format: format)
    }
  }

  /// What the bytes are, where it is read at all.
  static func format(of bytes: [UInt8], name: String) throws(ImageFault) -> ImageFormat {
    guard !bytes.isEmpty else { throw .empty(name: name) }
    guard bytes.count <= ImageLimits.fileBytes else { throw .fileTooLarge(name: name, byteCount: bytes.count) }
    switch RecognisedFormat(bytes) {
    case .accepted(let format): return format
    case .unsupported(let other): throw .formatNotAccepted(name: name, format: other)
    case .unknown: throw .notAnImage(name: name)
    }
  }

  /// Whether a browser shows a file as it is decoded here. It does not for a TIFF or DICOM, or for a file with metadata that
  /// browsers ignore, such as an orientation in XMP. No pixel is decoded; an unreadable file counts as shown.
  public static func isShownAlikeByBrowsers(_ bytes: [UInt8]) -> Bool {
    guard bytes.count <= ImageLimits.fileBytes, case .accepted(let format) = RecognisedFormat(bytes) else {
      return true
    }
    guard format.isShownByBrowsers else { return false }
    return (try? layout(of: ByteReader(bytes), as: format))?.isShownByBrowsers ?? true
  }

  private static func picture(
    _ data: ByteReader, as format: ImageFormat, _ dicom: DICOMOptions
  ) throws(FormatFault) -> DecodedPixels {
    switch format {
    case .bmp: return DecodedPixels(image: try BitmapDecoder.decode(data))
    case .dicom: return try DICOMDecoder.decode(data.bytes, dicom)
    case .jpeg, .png, .webP, .tiff, .heic, .avif, .jpeg2000, .jpegXL:
      try ImageDecoder.requireDecoder(of: format)
      // Checked whole before anything is cut out of it.
      let layout = try layout(of: data, as: format)
      return try VipsDecoder.decode(FirstPicture.of(data, as: format), as: format, layout: layout)
    }
  }
}

import DICOM
import TextOutput
import VisionLanguage

/// Decodes DICOM: the module `DICOM` reads the file and most of its frames, libvips those of JPEG and JPEG 2000.
enum DICOMDecoder {
  /// The picture's size by the file's description alone.
  static func layout(of bytes: [UInt8]) throws(FormatFault) -> PictureLayout {
    let file = try opened(bytes, DICOMOptions())
    return try PictureLayout(width: file.width, height: file.height)
  }

  /// How many frames a file has, by its description alone.
  static func frames(of bytes: [UInt8]) throws(FormatFault) -> Int { try opened(bytes, DICOMOptions()).frames }

  static func decode(_ bytes: [UInt8], _ options: DICOMOptions) throws(FormatFault) -> DecodedPixels {
    let file = try opened(bytes, options)
    _ = try PictureLayout(width: file.width, height: file.height)
    var notes: [String] = []
    var pixels = try pixels(of: file)
    if let profile = file.iccProfile {
      if let managed = VipsProfile.srgb(pixels, width: file.width, height: file.height, profile: profile) {
        pixels = managed
      } else {
        notes.append("its ICC profile cannot be used and is ignored")
      }
    }
    if file.hasBurnedInText { notes.append("the file says that text is part of its picture: it may name a patient") }
    do {
      let image = try PixelImage(width: file.width, height: file.height, pixels: pixels)
      return DecodedPixels(image: image, notes: notes, lesion: file.lesion)
    } catch {
      throw .inconsistent("\(error)")
    }
  }

  private static func opened(_ bytes: [UInt8], _ options: DICOMOptions) throws(FormatFault) -> DICOMImage {
    do throws(DICOMFault) {
      return try DICOMImage(bytes, options: options, inflatedLimit: ImageLimits.fileBytes)
    } catch {
      throw FormatFault(error)
    }
  }

  private static func pixels(of file: DICOMImage) throws(FormatFault) -> [UInt8] {
    let frame: DICOMImage.Frame
    do throws(DICOMFault) { frame = try file.frame() } catch { throw FormatFault(error) }
    switch frame {
    case .rgb(let pixels): return pixels
    case .jpeg(let bytes): return try jpeg(bytes, of: file)
    case .jpeg2000(let bytes): return try jpeg2000(bytes, of: file)
    }
  }

  /// JPEG's own markers decide between YCbCr and RGB, as libjpeg reads them: the file's label often lies, and counts only
  /// where the JPEG says nothing.
  private static func jpeg(_ bytes: [UInt8], of file: DICOMImage) throws(FormatFault) -> [UInt8] {
    let data = ByteReader(bytes)
    guard data.has([0xFF, 0xD8], at: 0) else { throw .damaged("its compressed picture is not a JPEG") }
    let header = try JPEGHeader(data)
    try checkSize(header.width, header.height, of: file)
    guard header.components == file.samples else {
      throw .damaged("its JPEG has \(header.components) components, and the file says \(file.samples)")
    }
    guard file.bitsStored == 8 else {
      throw .damaged("its JPEG has samples of 8 bits, and the file says \(file.bitsStored)")
    }
    // Comments, EXIF and profiles inside a frame may name a patient, and say nothing that DICOM does not say outside.
    let bare = ByteReader(plain(bytes, header, isLabelledRGB: file.isLabelledRGB))
    let layout = try PictureLayout(jpeg: bare)
    let image = try VipsDecoder.decode(FirstPicture.ofJPEG(bare), as: .jpeg, layout: layout).image
    guard file.samples == 1 else { return image.pixels }
    let greys = stride(from: 0, to: image.pixels.count, by: 3).map { UInt16(image.pixels[$0]) }
    return try rendered(greys, channels: 1, of: file)
  }

  private static func plain(_ bytes: [UInt8], _ header: JPEGHeader, isLabelledRGB: Bool) -> [UInt8] {
    let kept = header.segments.filter { segment in
      switch segment.marker {
      case 0xE0, 0xEE: true  // JFIF's and Adobe's, which say what the colours are
      case 0xE1...0xEF, 0xFE: false
      default: true
      }
    }
    // Adobe's marker, which says that the colours have not been transformed.
    let adobe: [UInt8] = [0xFF, 0xEE, 0, 14] + Array("Adobe".utf8) + [0, 100, 0, 0, 0, 0, 0]
    let start: [UInt8] = [0xFF, 0xD8] + (isSilentRGB(header, isLabelledRGB) ? adobe : [])
    return kept.reduce(into: start) { $0 += bytes[$1.range] } + bytes[header.scanOffset...]
  }

  /// Whether three components are RGB although no marker says so: by their letters, or else by the file's label.
  private static func isSilentRGB(_ header: JPEGHeader, _ isLabelledRGB: Bool) -> Bool {
    guard header.components == 3 else { return false }
    let says = header.segments.contains { segment in
      let content = header.content(of: segment)
      return segment.marker == 0xE0 && content.starts(with: "JFIF".utf8)
        || segment.marker == 0xEE && content.starts(with: "Adobe".utf8)
    }
    guard !says, let frame = header.segments.first(where: { $0.marker == header.frame }) else { return false }
    let identifiers = stride(from: 6, to: 15, by: 3).compactMap { header.content(of: frame).dropFirst($0).first }
    return isLabelledRGB || identifiers.elementsEqual("rgb".utf8)
  }

  private static func jpeg2000(_ bytes: [UInt8], of file: DICOMImage) throws(FormatFault) -> [UInt8] {
    let bytes = CodestreamHeader.codestream(in: bytes)
    let header = try CodestreamHeader(ByteReader(bytes))
    try checkSize(header.width, header.height, of: file)
    guard header.components == file.samples else {
      throw .damaged("its JPEG 2000 has \(header.components) components, and the file says \(file.samples)")
    }
    guard !header.isSigned else { throw .featureNotAccepted("signed samples in JPEG 2000") }
    guard header.bits == file.bitsStored else {
      throw .damaged("its JPEG 2000 has samples of \(header.bits) bits, and the file says \(file.bitsStored)")
    }
    try CodestreamHeader.checkEnd(of: ByteReader(bytes))
    let samples = try VipsCodestream.samples(bytes, header)
    return try rendered(samples, channels: header.components, of: file, areTransformed: header.isTransformed)
  }

  private static func rendered(
    _ samples: [UInt16], channels: Int, of file: DICOMImage, areTransformed: Bool = true
  ) throws(FormatFault) -> [UInt8] {
    do throws(DICOMFault) {
      return try file.rendered(decoded: samples, channels: channels, areTransformed: areTransformed)
    } catch {
      throw FormatFault(error)
    }
  }

  private static func checkSize(_ width: Int, _ height: Int, of file: DICOMImage) throws(FormatFault) {
    guard width == file.width, height == file.height else {
      throw .damaged(
        "its compressed picture has \(grouped(width)) × \(grouped(height)) pixels, and the file says "
          + "\(grouped(file.width)) × \(grouped(file.height))")
    }
  }
}

import DICOM

extension ImageDecoder {
  /// The width and height that a file's header gives, before its orientation is applied; no pixel is decoded.
  ///
  /// - Throws: ``ImageFault``, as ``decode(_:name:dicom:)`` does, for what shows without decoding.
  public static func size(of bytes: [UInt8], name: String) throws(ImageFault) -> (width: Int, height: Int) {
    let format = try format(of: bytes, name: name)
    do {
      let layout = try layout(of: ByteReader(bytes), as: format)
      return (layout.width, layout.height)
    } catch {
      throw error.fault(name: name, format: format)
    }
  }

  /// Decodes one frame of a file's bytes, as ``decode(_:name:dicom:)`` does.
  ///
  /// - Parameters:
  ///   - bytes: the whole file.
  ///   - name: what errors call it.
  ///   - frame: which frame of a DICOM file, from 1; `nil` for the only one. Other formats have one, their first picture.
  /// - Throws: ``ImageFault``; `noSuchFrame` too for another frame than the first of another format.
  public static func decode(_ bytes: [UInt8], name: String, frame: Int?) throws(ImageFault) -> DecodedImage {
    let decoded = try decode(bytes, name: name, dicom: DICOMOptions(frame: frame))
    if let frame, frame != 1, decoded.format != .dicom { throw .noSuchFrame(name: name, number: frame, count: 1) }
    return decoded
  }

  /// How many frames a file has, by its structure alone: 1, unless it is DICOM with several.
  ///
  /// - Throws: ``ImageFault``, as ``size(of:name:)`` does.
  public static func frames(of bytes: [UInt8], name: String) throws(ImageFault) -> Int {
    let format = try format(of: bytes, name: name)
    guard format == .dicom else { return 1 }
    do {
      return try DICOMDecoder.frames(of: bytes)
    } catch {
      throw error.fault(name: name, format: format)
    }
  }

  /// What a file's structure says, once it is checked.
  static func layout(of data: ByteReader, as format: ImageFormat) throws(FormatFault) -> PictureLayout {
    switch format {
    case .bmp: try BitmapHeader(data).layout
    case .jpeg: try PictureLayout(jpeg: data)
    case .webP: try PictureLayout(webP: data)
    case .png: try PictureLayout(png: data)
    case .tiff: try PictureLayout(tiff: data)
    case .heic, .avif: try PictureLayout(heif: data)
    case .jpeg2000: try PictureLayout(jpeg2000: data)
    case .jpegXL: try PictureLayout(jpegXL: data)
    case .dicom: try DICOMDecoder.layout(of: data.bytes)
    }
  }
}

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

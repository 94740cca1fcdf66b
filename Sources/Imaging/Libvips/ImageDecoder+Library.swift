import CVips

extension ImageDecoder {
  /// The library that decodes, with its version.
  public static var libraryVersion: String { "libvips " + String(cString: vips_version_string()) }

  /// The formats that can be read here. HEIC, AVIF and JPEG XL need modules of libvips, which Debian's package has and a
  /// copy of the program elsewhere may lack.
  public static var readableFormats: [ImageFormat] { ImageFormat.allCases.filter { hasDecoder(of: $0) } }

  /// - Throws: `FormatFault` when libvips lacks the module that decodes the format.
  static func requireDecoder(of format: ImageFormat) throws(FormatFault) {
    guard hasDecoder(of: format) else { throw .moduleMissing }
  }

  private static func hasDecoder(of format: ImageFormat) -> Bool {
    guard let operation = format.moduleOperation else { return true }
    return VipsLibrary.shared != nil && dermgemma_vips_has(operation) != 0
  }
}

extension ImageFormat {
  /// The operation of libvips that is not part of the library itself.
  fileprivate var moduleOperation: String? {
    switch self {
    case .heic, .avif: "heifload_buffer"
    case .jpeg2000: "jp2kload_buffer"
    case .jpegXL: "jxlload_buffer"
    case .jpeg, .png, .webP, .tiff, .bmp, .dicom: nil
    }
  }
}

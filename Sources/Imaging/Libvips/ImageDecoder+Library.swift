import CVips

extension ImageDecoder {
  /// The library that decodes, with its version.
  public static var libraryVersion: String { "libvips " + String(cString: vips_version_string()) }
}

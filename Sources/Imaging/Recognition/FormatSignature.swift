/// The first bytes of known but unsupported formats.
enum FormatSignature {
  private struct Mark {
    let bytes: [UInt8]
    let offset: Int
    let format: UnsupportedFormat

    init(_ bytes: [UInt8], at offset: Int = 0, _ name: String, _ kind: UnsupportedFormat.Kind = .picture) {
      self.bytes = bytes
      self.offset = offset
      format = UnsupportedFormat(name, kind)
    }

    init(_ text: StaticString, at offset: Int = 0, _ name: String, _ kind: UnsupportedFormat.Kind = .picture) {
      self.init(Array("\(text)".utf8), at: offset, name, kind)
    }
  }

  static func format(of data: ByteReader) -> UnsupportedFormat? {
    if data.has("ftyp", at: 4) { return isoMedia(data) }
    if let mark = marks.first(where: { data.has($0.bytes, at: $0.offset) }) { return mark.format }
    if data.has("P", at: 0), let kind = data.u8(at: 1), (0x31...0x37).contains(kind), let space = data.u8(at: 2),
      [0x09, 0x0A, 0x0D, 0x20].contains(space)
    {
      return UnsupportedFormat("Netpbm")
    }
    return nil
  }

  private static let marks: [Mark] = pictures + raws + medical + films + documents + archives

  private static let pictures = [
    Mark("GIF8", "GIF"), Mark([0x49, 0x49, 0xBC], "JPEG XR"), Mark("8BPS", "Photoshop's PSD"),
    Mark("gimp xcf", "GIMP's XCF"), Mark([0, 0, 1, 0], "ICO"), Mark([0, 0, 2, 0], "CUR"), Mark("icns", "ICNS"),
    Mark([0x76, 0x2F, 0x31, 0x01], "OpenEXR"), Mark("#?RADIANCE", "Radiance HDR"), Mark("qoif", "QOI"),
    Mark("DDS ", "DDS"), Mark([0x8A, 0x4D, 0x4E, 0x47], "MNG"), Mark([0x8B, 0x4A, 0x4E, 0x47], "JNG"),
    Mark([0x0A, 5, 1], "PCX"), Mark([0x01, 0xDA], "SGI"), Mark([0x59, 0xA6, 0x6A, 0x95], "Sun raster"),
    Mark([0xD7, 0xCD, 0xC6, 0x9A], "WMF"), Mark(" EMF", at: 40, "EMF"), Mark("SIMPLE  =", "FITS"),
    Mark([0x89, 0x48, 0x44, 0x46], "HDF5"), Mark([0x93] + Array("NUMPY".utf8), "NumPy"),
    Mark("ZISRAWFILE", "Zeiss' CZI"),
  ]

  private static let raws = [
    Mark("FUJIFILM", "camera raw", .cameraRaw), Mark("IIRO", "camera raw", .cameraRaw),
    Mark("IIRS", "camera raw", .cameraRaw), Mark("MMOR", "camera raw", .cameraRaw),
    Mark([0x49, 0x49, 0x55, 0], "camera raw", .cameraRaw), Mark("FOVb", "camera raw", .cameraRaw),
    Mark([0] + Array("MRM".utf8), "camera raw", .cameraRaw),
  ]

  private static let medical = [
    Mark("n+1\0", at: 344, "NIfTI", .medical)
  ]

  private static let films = [
    Mark([0x1A, 0x45, 0xDF, 0xA3], "video", .video), Mark("AVI ", at: 8, "video", .video),
    Mark([0, 0, 1, 0xBA], "video", .video), Mark([0, 0, 1, 0xB3], "video", .video),
    Mark([0x30, 0x26, 0xB2, 0x75, 0x8E, 0x66, 0xCF, 0x11], "video", .video), Mark("FLV\u{1}", "video", .video),
    Mark("moov", at: 4, "video", .video), Mark("mdat", at: 4, "video", .video), Mark("wide", at: 4, "video", .video),
  ]

  private static let documents = [
    Mark("%PDF", "PDF", .document), Mark("%!PS", "PostScript", .document),
    Mark([0xC5, 0xD0, 0xD3, 0xC6], "PostScript", .document), Mark("{\\rtf", "RTF", .document),
    Mark([0xD0, 0xCF, 0x11, 0xE0], "Microsoft Office", .document), Mark("AT&TFORM", "DjVu", .document),
  ]

  private static let archives = [
    Mark([0x50, 0x4B, 3, 4], "ZIP", .archive), Mark([0x50, 0x4B, 5, 6], "ZIP", .archive),
    Mark([0x1F, 0x8B], "gzip", .archive), Mark([0x28, 0xB5, 0x2F, 0xFD], "Zstandard", .archive),
    Mark([0xFD, 0x37, 0x7A, 0x58, 0x5A], "xz", .archive), Mark([0x37, 0x7A, 0xBC, 0xAF], "7-Zip", .archive),
    Mark("Rar!", "RAR", .archive), Mark("ustar", at: 257, "tar", .archive),
  ]

  /// The brands after `ftyp` tell HEIC, AVIF and films apart (ISO/IEC 14496-12 and 23008-12).
  static func heif(_ data: ByteReader) -> ImageFormat? {
    let brands = brands(data)
    if brands[0] == "crx " { return nil }
    if brands.contains(where: { $0 == "avif" || $0 == "avis" }) { return .avif }
    let high: Set<String> = ["heic", "heix", "heim", "heis", "hevc", "hevx", "hevm", "hevs"]
    // Without a brand of its codec, a file shows only later what is inside.
    if brands.contains(where: high.contains) || ["mif1", "msf1", "mif2"].contains(brands[0]) { return .heic }
    return nil
  }

  private static func isoMedia(_ data: ByteReader) -> UnsupportedFormat {
    brands(data)[0] == "crx " ? UnsupportedFormat("Canon camera raw", .cameraRaw) : UnsupportedFormat("video", .video)
  }

  private static func brands(_ data: ByteReader) -> [String] {
    let length = min(max(data.u32(at: 0, bigEndian: true) ?? 0, 12), data.count)
    let compatible = stride(from: 16, to: length, by: 4).compactMap { data.text(at: $0, count: 4) }
    return [data.text(at: 8, count: 4) ?? ""] + compatible
  }
}

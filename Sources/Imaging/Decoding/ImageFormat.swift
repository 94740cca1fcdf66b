/// The formats that are read.
public enum ImageFormat: String, Sendable, CaseIterable, CustomStringConvertible {
  /// JPEG (ISO 10918), by its first bytes `FF D8 FF`.
  case jpeg = "JPEG"
  /// PNG.
  case png = "PNG"
  /// WebP.
  case webP = "WebP"
  /// TIFF of either byte order.
  case tiff = "TIFF"
  /// Windows' bitmap.
  case bmp = "BMP"

  /// The format's usual name.
  public var description: String { rawValue }

  /// The media type of RFC 9110's `Content-Type`.
  public var mediaType: String { "image/" + rawValue.lowercased() }

  static var acceptedNames: String {
    let names = allCases.map(\.rawValue)
    return names.dropLast().joined(separator: ", ") + " or " + (names.last ?? "")
  }
}

/// What some bytes are, by their beginning alone; a file's name says nothing.
enum RecognisedBytes: Equatable {
  case accepted(ImageFormat)
  case notAccepted(String)
  case unknown

  init(_ bytes: [UInt8]) {
    let data = ByteReader(bytes)
    if data.has([0xFF, 0xD8, 0xFF], at: 0) {
      self = .accepted(.jpeg)
    } else if data.has([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A], at: 0) {
      self = .accepted(.png)
    } else if data.has("RIFF", at: 0), data.has("WEBP", at: 8) {
      self = .accepted(.webP)
    } else if let tiff = Self.tiff(data) {
      self = tiff
    } else if let other = Self.other(data) {
      self = .notAccepted(other)
    } else if data.has("BM", at: 0), data.looksLikeBitmap {
      self = .accepted(.bmp)
    } else if let markup = Self.markup(data) {
      self = .notAccepted(markup)
    } else {
      self = .unknown
    }
  }

  private static func tiff(_ data: ByteReader) -> RecognisedBytes? {
    let marks: [[UInt8]] = [[0x49, 0x49, 42, 0], [0x4D, 0x4D, 0, 42], [0x49, 0x49, 43, 0], [0x4D, 0x4D, 0, 43]]
    guard marks.contains(where: { data.has($0, at: 0) }) else { return nil }
    return data.has("CR", at: 8) ? .notAccepted("Canon camera raw") : .accepted(.tiff)
  }

  private static func other(_ data: ByteReader) -> String? {
    if data.has("GIF8", at: 0) { return "GIF" }
    if data.has("%PDF", at: 0) { return "PDF" }
    if data.has("%!PS", at: 0) { return "PostScript" }
    if data.has("ftyp", at: 4) { return isoMedia(data) }
    if data.has([0xFF, 0x0A], at: 0) || data.has("JXL ", at: 4) { return "JPEG XL" }
    if data.has("jP  ", at: 4) || data.has([0xFF, 0x4F, 0xFF, 0x51], at: 0) { return "JPEG 2000" }
    if data.has("DICM", at: 128) { return "DICOM" }
    if data.has("8BPS", at: 0) { return "Photoshop's PSD" }
    if data.has([0, 0, 1, 0], at: 0) { return "ICO" }
    if data.has([0x76, 0x2F, 0x31, 0x01], at: 0) { return "OpenEXR" }
    if data.has([0x50, 0x4B, 3, 4], at: 0) { return "ZIP" }
    if data.has([0x1F, 0x8B], at: 0) { return "gzip" }
    if data.has("FUJIFILM", at: 0) || data.has("IIRO", at: 0) { return "camera raw" }
    if data.has("P", at: 0), let kind = data.u8(at: 1), (0x31...0x37).contains(kind), let space = data.u8(at: 2),
      [0x09, 0x0A, 0x0D, 0x20].contains(space)
    {
      return "Netpbm"
    }
    return nil
  }

  /// ISO/IEC 14496-12: the brand after `ftyp` tells HEIC, AVIF and films apart.
  private static func isoMedia(_ data: ByteReader) -> String {
    let brand = data.text(at: 8, count: 4) ?? ""
    if brand.hasPrefix("avi") { return "AVIF" }
    if brand.hasPrefix("he") || brand == "mif1" || brand == "msf1" { return "HEIC" }
    return brand == "crx " ? "Canon camera raw" : "video"
  }

  /// Markup is recognised within its first kilobyte, after a byte order mark, white space and comments.
  private static func markup(_ data: ByteReader) -> String? {
    let text = (data.text(at: 0, count: min(1024, data.count)) ?? "").lowercased()
    let start = text.drop { $0 == "\u{FEFF}" || $0.isWhitespace }
    guard start.hasPrefix("<") else { return nil }
    if text.contains("<svg") { return "SVG" }
    return text.contains("<html") || text.contains("<!doctype html") ? "HTML" : nil
  }
}

extension ByteReader {
  /// `BM` alone could begin any text: the size of the header that follows must be one that exists.
  fileprivate var looksLikeBitmap: Bool {
    guard let headerSize = u32(at: 14) else { return true }
    return (12...512).contains(headerSize)
  }
}

extension ImageFormat {
  /// The format that some bytes begin like; `nil` for one that is not read. A kilobyte is enough.
  public init?(recognising bytes: [UInt8]) {
    guard case .accepted(let format) = RecognisedBytes(bytes) else { return nil }
    self = format
  }
}

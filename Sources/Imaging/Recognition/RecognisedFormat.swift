import DICOM

/// What a file is, by its first bytes alone; its name says nothing.
public enum RecognisedFormat: Sendable, Hashable {
  /// A picture in a supported format.
  case accepted(ImageFormat)
  /// A known but unsupported format.
  case unsupported(UnsupportedFormat)
  /// Nothing that is known.
  case unknown

  /// How many bytes of a file's beginning are looked at; with fewer, less is recognised.
  public static let bytesNeeded = 1_024

  /// Looks at the beginning of a file.
  public init(_ bytes: some Sequence<UInt8>) {
    let data = ByteReader(Array(bytes.prefix(Self.bytesNeeded)))
    if data.has([0xFF, 0xD8, 0xFF], at: 0) {
      // ITU-T T.87: JPEG-LS begins like JPEG, with a frame of its own.
      self = data.has([0xFF, 0xF7], at: 2) ? .unsupported(UnsupportedFormat("JPEG-LS")) : .accepted(.jpeg)
    } else if data.has([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A], at: 0) {
      self = .accepted(.png)
    } else if data.has("RIFF", at: 0), data.has("WEBP", at: 8) {
      self = .accepted(.webP)
    } else if DICOMImage.isDICOM(data.bytes) {
      // Before those that follow: a file may be both, with another's first bytes in the preamble.
      self = .accepted(.dicom)
    } else if let modern = Self.modern(data) {
      self = .accepted(modern)
    } else if let tiff = Self.tiff(data) {
      self = tiff
    } else if let other = FormatSignature.format(of: data) {
      self = .unsupported(other)
    } else if data.has("BM", at: 0), data.looksLikeBitmap {
      self = .accepted(.bmp)
    } else if let markup = Self.markup(data) {
      self = .unsupported(markup)
    } else {
      self = .unknown
    }
  }

  private static func modern(_ data: ByteReader) -> ImageFormat? {
    if data.has("ftyp", at: 4) { return FormatSignature.heif(data) }
    if data.has([0, 0, 0, 12] + Array("jP  ".utf8), at: 0) || data.has([0xFF, 0x4F, 0xFF, 0x51], at: 0) {
      return .jpeg2000
    }
    if data.has([0, 0, 0, 12] + Array("JXL ".utf8), at: 0) || data.has([0xFF, 0x0A], at: 0) { return .jpegXL }
    return nil
  }

  private static func tiff(_ data: ByteReader) -> RecognisedFormat? {
    let marks: [[UInt8]] = [[0x49, 0x49, 42, 0], [0x4D, 0x4D, 0, 42], [0x49, 0x49, 43, 0], [0x4D, 0x4D, 0, 43]]
    guard marks.contains(where: { data.has($0, at: 0) }) else { return nil }
    return data.has("CR", at: 8) ? .unsupported(UnsupportedFormat("Canon camera raw", .cameraRaw)) : .accepted(.tiff)
  }

  /// Markup is recognised within its first kilobyte, after a byte order mark, white space and comments.
  private static func markup(_ data: ByteReader) -> UnsupportedFormat? {
    let text = (data.text(at: 0, count: data.count) ?? "").lowercased()
    let start = text.drop { $0 == "\u{FEFF}" || $0.isWhitespace }
    guard start.hasPrefix("<") else { return nil }
    if text.contains("<svg") { return UnsupportedFormat("SVG") }
    let isPage = text.contains("<html") || text.contains("<!doctype html")
    return isPage ? UnsupportedFormat("HTML", .document) : nil
  }
}

extension ByteReader {
  /// `BM` alone could begin any text: the size of the header that follows must be one that exists.
  fileprivate var looksLikeBitmap: Bool {
    guard let headerSize = u32(at: 14) else { return true }
    return (12...512).contains(headerSize)
  }
}

/// The supported formats.
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
  /// DICOM (PS3.10) with a photograph, with or without its preamble.
  case dicom = "DICOM"

  /// The format's usual name.
  public var description: String { rawValue }

  /// The media type of RFC 9110's `Content-Type`.
  public var mediaType: String { (self == .dicom ? "application/" : "image/") + rawValue.lowercased() }

  /// Whether it carries a patient's record beside the picture: such a file is never passed on as it is.
  public var carriesPatientRecord: Bool { self == .dicom }

  /// Those that a picture is converted to, in words: "JPEG, PNG, WebP, TIFF or BMP".
  public static var acceptedNames: String {
    let names = allCases.filter { $0 != .dicom }.map(\.rawValue)
    return names.dropLast().joined(separator: ", ") + " or " + (names.last ?? "")
  }

  /// The format that some bytes begin like; `nil` for one that is not read. A kilobyte is enough.
  public init?(recognising bytes: [UInt8]) {
    guard case .accepted(let format) = RecognisedFormat(bytes) else { return nil }
    self = format
  }
}

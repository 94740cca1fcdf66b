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

  /// The extensions of its files, lower case. They only help to find files in a folder: the bytes decide.
  public var fileExtensions: [String] {
    switch self {
    case .jpeg: ["jpg", "jpeg", "jpe", "jfif"]
    case .png: ["png"]
    case .webP: ["webp"]
    case .tiff: ["tif", "tiff"]
    case .bmp: ["bmp", "dib"]
    case .dicom: ["dcm", "dicom"]
    }
  }

  /// Whether browsers show it at all.
  var isShownByBrowsers: Bool { self != .tiff && self != .dicom }

  /// All of them, in words: "JPEG, PNG, WebP, TIFF, BMP and DICOM".
  public static var names: String { listed(allCases, "and") }

  /// Those that a picture is converted to, in words: "JPEG, PNG, WebP, TIFF or BMP".
  public static var acceptedNames: String { listed(allCases.filter { !$0.carriesPatientRecord }, "or") }

  private static func listed(_ formats: [ImageFormat], _ conjunction: String) -> String {
    let names = formats.map(\.rawValue)
    return names.dropLast().joined(separator: ", ") + " \(conjunction) " + (names.last ?? "")
  }

  /// The format that some bytes begin like; `nil` for one that is not read. A kilobyte is enough.
  public init?(recognising bytes: [UInt8]) {
    guard case .accepted(let format) = RecognisedFormat(bytes) else { return nil }
    self = format
  }
}

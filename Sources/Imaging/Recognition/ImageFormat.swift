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
  /// HEIF (ISO/IEC 23008-12) with HEVC inside, as telephones write it.
  case heic = "HEIC"
  /// HEIF with AV1 inside.
  case avif = "AVIF"
  /// JPEG 2000 (ISO 15444-1), as a JP2 file or a bare codestream.
  case jpeg2000 = "JPEG 2000"
  /// JPEG XL (ISO 18181), with or without a container.
  case jpegXL = "JPEG XL"
  /// DICOM (PS3.10) with a photograph, with or without its preamble.
  case dicom = "DICOM"

  /// The format's usual name.
  public var description: String { rawValue }

  /// The media type of RFC 9110's `Content-Type`.
  public var mediaType: String {
    switch self {
    case .jpeg2000: "image/jp2"
    case .jpegXL: "image/jxl"
    case .dicom: "application/dicom"
    case .jpeg, .png, .webP, .tiff, .bmp, .heic, .avif: "image/" + rawValue.lowercased()
    }
  }

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
    case .heic: ["heic", "heif", "hif"]
    case .avif: ["avif"]
    case .jpeg2000: ["jp2", "j2k", "jpf", "jpx", "j2c", "jpc"]
    case .jpegXL: ["jxl"]
    case .dicom: ["dcm", "dicom"]
    }
  }

  /// Whether browsers show it at all.
  var isShownByBrowsers: Bool { Self.common.contains(self) && self != .tiff }

  /// Those that every program writes.
  private static let common: [ImageFormat] = [.jpeg, .png, .webP, .tiff, .bmp]

  /// All of them, in words: "JPEG, PNG, WebP, TIFF, BMP, HEIC, AVIF, JPEG 2000, JPEG XL and DICOM".
  public static var names: String { names(of: allCases) }

  /// Some formats in words: "JPEG, PNG and WebP".
  public static func names(of formats: [ImageFormat]) -> String { listed(formats, "and") }

  /// Those that a picture is converted to, in words: "JPEG, PNG, WebP, TIFF or BMP".
  public static var acceptedNames: String { listed(common, "or") }

  private static func listed(_ formats: [ImageFormat], _ conjunction: String) -> String {
    let names = formats.map(\.rawValue)
    guard names.count > 1 else { return names.first ?? "" }
    return names.dropLast().joined(separator: ", ") + " \(conjunction) " + (names.last ?? "")
  }

  /// The format that some bytes begin like; `nil` for one that is not read. A kilobyte is enough.
  public init?(recognising bytes: [UInt8]) {
    guard case .accepted(let format) = RecognisedFormat(bytes) else { return nil }
    self = format
  }
}

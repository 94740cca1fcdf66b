import Foundation

/// Base64, with or without the beginning of a `data:` address, as agents send pictures.
enum Base64 {
  /// The bytes; `nil` for a text that is not base64.
  static func bytes(of text: String) -> [UInt8]? {
    var rest = text[...]
    if rest.hasPrefix("data:") {
      guard let comma = rest.prefix(128).firstIndex(of: ","), rest[..<comma].hasSuffix(";base64") else { return nil }
      rest = rest[rest.index(after: comma)...]
    }
    return Data(base64Encoded: String(rest)).map { Array($0) }
  }

  /// The text of bytes.
  static func text(of bytes: [UInt8]) -> String { Data(bytes).base64EncodedString() }
}

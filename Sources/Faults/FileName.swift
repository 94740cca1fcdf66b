import Foundation

/// Names of files as text. Linux takes any bytes for a name, and text is UTF-8: bytes that are not are written `\xE9`.
///
/// The text is shown to people and passed on in the program;
/// ``bytes(of:)`` gives the original name. A backslash that would be mistaken for such an escape is escaped itself (`\x5C`),
/// so no two names share a text.
public enum FileName {
  private static let backslash = UInt8(ascii: "\\")

  /// The text of a name or a path.
  public static func text(of bytes: some Collection<UInt8>) -> String {
    if let text = String(validating: bytes, as: UTF8.self), !text.utf8.contains(backslash) { return text }
    var text: [UInt8] = []
    let bytes = Array(bytes)
    var index = 0
    while index < bytes.count {
      if let length = lengthOfCharacter(bytes[index...]) {
        if bytes[index] == backslash, escape(bytes[index...]) != nil {
          text += Array("\\x5C".utf8)
        } else {
          text += bytes[index..<index + length]
        }
        index += length
      } else {
        text += Array("\\x\(String(bytes[index], radix: 16, uppercase: true))".utf8)
        index += 1
      }
    }
    return String(decoding: text, as: UTF8.self)
  }

  /// The original bytes of a name or path.
  public static func bytes(of text: String) -> [UInt8] {
    let text = Array(text.utf8)
    guard text.contains(backslash) else { return text }
    var bytes: [UInt8] = []
    var index = 0
    while index < text.count {
      if let byte = escape(text[index...]) {
        bytes.append(byte)
        index += 4
      } else {
        bytes.append(text[index])
        index += 1
      }
    }
    return bytes
  }

  /// Gives a call of the C library the path that a text stands for, ended by a zero byte.
  public static func withPath<Result>(_ text: String, _ body: (UnsafePointer<CChar>) -> Result) -> Result {
    (bytes(of: text) + [0]).withUnsafeBufferPointer { buffer in
      buffer.withMemoryRebound(to: CChar.self) { pointer in
        pointer.baseAddress.map(body) ?? "".withCString(body)
      }
    }
  }

  /// The byte that `\xHH` at the beginning means; only a backslash and bytes beyond ASCII are ever written so.
  private static func escape(_ text: ArraySlice<UInt8>) -> UInt8? {
    let sign = Array(text.prefix(4))
    guard sign.count == 4, sign[0] == backslash, sign[1] == UInt8(ascii: "x"),
      let high = digit(sign[2]), let low = digit(sign[3])
    else { return nil }
    let byte = high << 4 | low
    return byte >= 0x80 || byte == backslash ? byte : nil
  }

  /// Upper case alone: the escapes are written so.
  private static func digit(_ byte: UInt8) -> UInt8? {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
    case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
    default: nil
    }
  }

  /// The bytes of the UTF-8 character at the beginning; `nil` for none.
  private static func lengthOfCharacter(_ bytes: ArraySlice<UInt8>) -> Int? {
    (1...4).first { $0 <= bytes.count && String(validating: bytes.prefix($0), as: UTF8.self) != nil }
  }
}

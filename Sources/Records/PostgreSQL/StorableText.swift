/// Text as PostgreSQL can store it: it has every character but NUL.
///
/// NUL is stored as the noncharacter U+10FFFE, which no text is meant to have; one that has it, or U+10FFFF, gets U+10FFFF
/// before it. So every text comes back as it was, and is found by any part of it.
enum StorableText {
  private static let zero: [UInt8] = [0xF4, 0x8F, 0xBF, 0xBE]
  private static let escape: [UInt8] = [0xF4, 0x8F, 0xBF, 0xBF]

  /// The bytes to store, without a NUL.
  static func bytes(_ text: String) -> [UInt8] {
    let plain = Array(text.utf8)
    guard plain.contains(where: { $0 == 0 || $0 == 0xF4 }) else { return plain }
    var stored: [UInt8] = []
    for scalar in text.unicodeScalars {
      switch scalar.value {
      case 0: stored += zero
      case 0x10FFFE, 0x10FFFF: stored += escape + Array(String(scalar).utf8)
      default: stored += Array(String(scalar).utf8)
      }
    }
    return stored
  }

  /// The text that was stored as some bytes.
  static func text(_ bytes: UnsafeBufferPointer<UInt8>) -> String {
    let stored = String(decoding: bytes, as: UTF8.self)
    guard bytes.contains(0xF4) else { return stored }
    var text = String.UnicodeScalarView()
    var isEscaped = false
    for scalar in stored.unicodeScalars {
      switch (isEscaped, scalar.value) {
      case (false, 0x10FFFF): isEscaped = true
      case (false, 0x10FFFE): text.append("\0")
      default:
        text.append(scalar)
        isEscaped = false
      }
    }
    return String(text)
  }
}

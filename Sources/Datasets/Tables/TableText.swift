import Foundation

/// The text of a table, whichever encoding a spreadsheet saved it in.
struct TableText {
  /// In UTF-8, without a byte order mark.
  var bytes: [UInt8]
  /// Its encoding: `UTF-8`, `UTF-16` or `Windows-1252`.
  var encoding: String

  /// Reads a file's bytes: UTF-8 with or without a byte order mark, UTF-16 with one, otherwise Windows-1252.
  ///
  /// - Returns: `nil` for data that are not text: zero bytes, or half a UTF-16 character.
  init?(_ bytes: [UInt8]) {
    if bytes.starts(with: [0xFF, 0xFE]) || bytes.starts(with: [0xFE, 0xFF]) {
      guard bytes.count.isMultiple(of: 2) else { return nil }
      let isLittle = bytes[0] == 0xFF
      let units = stride(from: 2, to: bytes.count, by: 2).map { index in
        let (first, second) = (UInt16(bytes[index]), UInt16(bytes[index + 1]))
        return isLittle ? second << 8 | first : first << 8 | second
      }
      guard let text = String(validating: units, as: UTF16.self) else { return nil }
      self.bytes = Array(text.utf8)
      encoding = "UTF-16"
    } else {
      let rest = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? bytes.dropFirst(3) : bytes[...]
      if String(validating: rest, as: UTF8.self) != nil {
        self.bytes = Array(rest)
        encoding = "UTF-8"
      } else {
        self.bytes = Array(String(String.UnicodeScalarView(rest.map { Self.windows1252($0) })).utf8)
        encoding = "Windows-1252"
      }
    }
    if self.bytes.contains(0) { return nil }
  }

  /// A byte of Windows-1252 (WHATWG's table: the five bytes without a character are control characters).
  static func windows1252(_ byte: UInt8) -> Unicode.Scalar {
    guard (0x80...0x9F).contains(byte) else { return Unicode.Scalar(byte) }
    return high[Int(byte) - 0x80]
  }

  private static let high = Array(
    ("\u{20AC}\u{81}\u{201A}\u{192}\u{201E}\u{2026}\u{2020}\u{2021}\u{2C6}\u{2030}\u{160}\u{2039}\u{152}\u{8D}\u{17D}\u{8F}"
      + "\u{90}\u{2018}\u{2019}\u{201C}\u{201D}\u{2022}\u{2013}\u{2014}\u{2DC}\u{2122}\u{161}\u{203A}\u{153}\u{9D}\u{17E}\u{178}")
      .unicodeScalars)
}

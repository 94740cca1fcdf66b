/// The letters in which byte-pair vocabularies write bytes (GPT-2's `bytes_to_unicode`; llama.cpp's unicode.cpp).
///
/// The printable bytes of Latin-1 stand for themselves. The others, in their order, are the letters from U+0100 on.
enum ByteAlphabet {
  /// The byte that a piece of a single letter stands for.
  static func byte(of piece: ArraySlice<UInt8>) -> UInt8? {
    switch piece.count {
    case 1: piece.first.flatMap { isPrintable($0) ? $0 : nil }
    case 2: bytes[Array(piece)]
    default: nil
    }
  }

  /// The letter of a byte.
  static func letter(of byte: UInt8) -> Unicode.Scalar {
    guard !isPrintable(byte) else { return Unicode.Scalar(byte) }
    let place = (UInt8.min..<byte).count { !isPrintable($0) }
    return scalar(0x100 + place)
  }

  private static func scalar(_ number: Int) -> Unicode.Scalar { Unicode.Scalar(UInt16(clamping: number)) ?? "?" }

  private static func isPrintable(_ byte: UInt8) -> Bool {
    (0x21...0x7E).contains(byte) || (0xA1...0xAC).contains(byte) || byte >= 0xAE
  }

  /// Letters of two bytes of UTF-8, and what they stand for.
  private static let bytes: [[UInt8]: UInt8] = {
    var bytes: [[UInt8]: UInt8] = [:]
    for byte in UInt8.min...UInt8.max {
      let letter = Array(String(Character(letter(of: byte))).utf8)
      if letter.count == 2 { bytes[letter] = byte }
    }
    return bytes
  }()
}

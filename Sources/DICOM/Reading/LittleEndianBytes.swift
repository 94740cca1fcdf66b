/// Reads little-endian numbers at any offset; out of bounds gives `nil`, never a trap.
struct LittleEndianBytes {
  let bytes: [UInt8]
  var count: Int { bytes.count }

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  func u16(at offset: Int) -> UInt16? {
    guard offset >= 0, offset <= count - 2 else { return nil }
    return UInt16(bytes[offset]) | UInt16(bytes[offset + 1]) << 8
  }

  func u32(at offset: Int) -> UInt32? {
    guard let low = u16(at: offset), let high = u16(at: offset + 2) else { return nil }
    return UInt32(low) | UInt32(high) << 16
  }

  func u64(at offset: Int) -> UInt64? {
    guard let low = u32(at: offset), let high = u32(at: offset + 4) else { return nil }
    return UInt64(low) | UInt64(high) << 32
  }

  /// Two bytes as letters; "" when they lie outside or are no letters.
  func letters(at offset: Int) -> String {
    guard offset >= 0, offset <= count - 2 else { return "" }
    let pair = bytes[offset..<offset + 2]
    let letters = UInt8(ascii: "A")...UInt8(ascii: "Z")
    return pair.allSatisfy(letters.contains) ? String(decoding: pair, as: UTF8.self) : ""
  }
}

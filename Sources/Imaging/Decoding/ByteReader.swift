/// Reads numbers from bytes at any offset; out of bounds gives `nil`, never a trap.
struct ByteReader {
  let bytes: [UInt8]
  var count: Int { bytes.count }

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  func u8(at offset: Int) -> UInt8? { bytes.indices.contains(offset) ? bytes[offset] : nil }

  /// An unsigned number of 1 to 8 bytes.
  func number(at offset: Int, bytes width: Int, bigEndian: Bool = false) -> UInt64? {
    guard offset >= 0, offset <= count, (1...8).contains(width), count - offset >= width else { return nil }
    var value: UInt64 = 0
    for step in 0..<width {
      value = value << 8 | UInt64(bytes[offset + (bigEndian ? step : width - 1 - step)])
    }
    return value
  }

  func u16(at offset: Int, bigEndian: Bool = false) -> Int? {
    number(at: offset, bytes: 2, bigEndian: bigEndian).map { Int(truncatingIfNeeded: $0) }
  }

  func u24(at offset: Int) -> Int? { number(at: offset, bytes: 3).map { Int(truncatingIfNeeded: $0) } }

  func u32(at offset: Int, bigEndian: Bool = false) -> Int? {
    number(at: offset, bytes: 4, bigEndian: bigEndian).map { Int(truncatingIfNeeded: $0) }
  }

  func i32(at offset: Int) -> Int? {
    number(at: offset, bytes: 4).map { Int(Int32(truncatingIfNeeded: $0)) }
  }

  func has(_ mark: [UInt8], at offset: Int) -> Bool {
    offset >= 0 && offset <= count && bytes[offset...].starts(with: mark)
  }

  func has(_ mark: StaticString, at offset: Int) -> Bool { has(Array("\(mark)".utf8), at: offset) }

  /// Text of at most this many bytes; `nil` when the offset lies outside.
  func text(at offset: Int, count length: Int) -> String? {
    guard offset >= 0, offset <= count, length >= 0 else { return nil }
    return String(decoding: bytes[offset...].prefix(length), as: UTF8.self)
  }
}

/// Reads the bits of a scan, up to the next marker. Beyond it come zeros, and ``isExhausted`` tells: so a loop that reads bits
/// ends, and its caller looks once for each row.
struct EntropyBits {
  /// What follows a byte `FF` that is no marker's.
  enum Stuffing {
    /// A byte of zero, which is left out: JPEG.
    case byte
    /// A bit of zero: JPEG-LS.
    case bit
  }

  private let bytes: [UInt8]
  private let stuffing: Stuffing
  private var offset: Int
  /// The next bits, from the highest on; zeros follow them.
  private var cache: UInt64 = 0
  /// How many of them are the file's; negative once more were taken.
  private var count = 0
  private var isAfterFF = false

  init(_ bytes: [UInt8], from offset: Int, stuffing: Stuffing) {
    (self.bytes, self.offset, self.stuffing) = (bytes, offset, stuffing)
  }

  /// Whether more bits were taken than there are.
  var isExhausted: Bool { count < 0 }

  /// Whether the last bytes of the scan are reached; bits that are no code then say that it was cut.
  mutating func areNearEnd() -> Bool {
    refill()
    return count <= 56
  }

  /// The next bits as a number, from 1 to 32 of them, without taking them.
  mutating func peek(_ width: Int) -> Int {
    if count < width { refill() }
    return Int(truncatingIfNeeded: cache >> UInt64(64 - width))
  }

  mutating func skip(_ width: Int) {
    cache <<= UInt64(width)
    count -= width
  }

  /// Takes bits as a number, up to 32 of them.
  mutating func take(_ width: Int) -> Int {
    guard width > 0 else { return 0 }
    let value = peek(width)
    skip(width)
    return value
  }

  mutating func bit() -> Bool { take(1) == 1 }

  /// Takes zeros and the one after them.
  ///
  /// - Parameter most: 56 at most.
  /// - Returns: how many zeros, or `nil` when there are more.
  mutating func zeros(atMost most: Int) -> Int? {
    if count <= most { refill() }
    let zeros = cache.leadingZeroBitCount
    guard zeros <= most else { return nil }
    skip(zeros + 1)
    return zeros
  }

  /// Steps over a restart marker, after which the bits start over.
  ///
  /// - Parameter number: which marker it has to be, from 0 to 7.
  /// - Throws: `DICOMFault` when it is not there.
  mutating func restart(_ number: Int) throws(DICOMFault) {
    var at = try end()
    while at < bytes.count, bytes[at] == 0xFF { at += 1 }
    guard at < bytes.count, bytes[at] == 0xD0 + UInt8(truncatingIfNeeded: number & 7) else {
      throw .damaged("a restart marker of its JPEG is missing")
    }
    (offset, cache, count, isAfterFF) = (at + 1, 0, 0, false)
  }

  /// Where the marker is that ends the bits.
  ///
  /// - Throws: `DICOMFault` when too few or too many bits came before it. Some encoders write a byte or two of zeros.
  mutating func end() throws(DICOMFault) -> Int {
    refill()
    guard !isExhausted, offset < bytes.count - 1 else {
      throw .endsEarly("its JPEG stops after \(bytes.count) bytes, before its last row")
    }
    guard bytes[offset] == 0xFF, count < 24 else { throw .damaged("a scan of its JPEG has more bits than samples") }
    return offset
  }

  /// Takes up whole bytes while there is room.
  private mutating func refill() {
    while count <= 56, offset < bytes.count {
      let byte = bytes[offset]
      var step = 1
      if byte == 0xFF {
        let next = offset + 1 < bytes.count ? bytes[offset + 1] : 0xFF
        guard stuffing == .byte ? next == 0 : next < 0x80 else { return }
        if stuffing == .byte { step = 2 }
      }
      let width = stuffing == .bit && isAfterFF ? 7 : 8
      cache |= UInt64(byte) << UInt64(64 - width - max(count, 0))
      count += width
      isAfterFF = byte == 0xFF
      offset += step
    }
  }
}

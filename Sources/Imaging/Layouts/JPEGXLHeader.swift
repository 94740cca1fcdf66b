import TextOutput

/// The first fields of a JPEG XL codestream (ISO 18181-1, annexes D and E), up to the number of extra channels.
struct JPEGXLHeader {
  /// More than the longest such header.
  static let bytesNeeded = 128

  let width: Int
  let height: Int
  /// 1 to 8, as in EXIF; libjxl applies it.
  private(set) var orientation = 1
  private(set) var bits = 8
  private(set) var isFloatingPoint = false
  private(set) var extraChannels = 0

  init(_ data: ByteReader) throws(FormatFault) {
    guard data.has([0xFF, 0x0A], at: 0) else { throw .damaged("its codestream does not begin with its marker") }
    var fields = Bits(data: data, position: 16)
    (width, height) = fields.size()
    let isPlain = fields.bool()
    if !isPlain {
      if fields.bool() { orientation = fields.extras() }
      isFloatingPoint = fields.bool()
      if isFloatingPoint {
        bits = fields.choice([(32, 0), (16, 0), (24, 0), (1, 6)])
        _ = fields.take(4)
      } else {
        bits = fields.choice([(8, 0), (10, 0), (12, 0), (1, 6)])
      }
      _ = fields.bool()  // whether 16 bits are enough for the decoder's own numbers
      extraChannels = fields.choice([(0, 0), (1, 0), (2, 4), (1, 12)])
    }
    guard !fields.isPastEnd else { throw .endsEarly("\(grouped(data.count)) bytes of a header") }
  }

  /// Fields of bits, the least significant first; past the end there are zeros.
  private struct Bits {
    let data: ByteReader
    var position: Int
    var isPastEnd: Bool { position > data.count * 8 }

    mutating func take(_ count: Int) -> Int {
      var value = 0
      for bit in 0..<count {
        let byte = Int(data.u8(at: position >> 3) ?? 0)
        value |= (byte >> (position & 7) & 1) << bit
        position += 1
      }
      return value
    }

    mutating func bool() -> Bool { take(1) == 1 }

    /// Two bits choose a number, or where it starts and how many bits are added.
    mutating func choice(_ choices: [(start: Int, bits: Int)]) -> Int {
      let chosen = choices[take(2)]
      return chosen.start + take(chosen.bits)
    }

    /// The size of the picture.
    mutating func size() -> (width: Int, height: Int) {
      let isSmall = bool()
      let sides = [(start: 1, bits: 9), (1, 13), (1, 18), (1, 30)]
      let height = isSmall ? (take(5) + 1) * 8 : choice(sides)
      let ratio = take(3)
      if ratio == 0 { return (isSmall ? (take(5) + 1) * 8 : choice(sides), height) }
      return (height * Self.ratios[ratio].0 / Self.ratios[ratio].1, height)
    }

    /// Orientation, and what else there may be; only the orientation is kept.
    mutating func extras() -> Int {
      let orientation = 1 + take(3)
      if bool() { _ = size() }  // the size at which it should be shown
      if bool() { preview() }
      if bool() {  // an animation: ticks, loops, timecodes
        _ = choice([(100, 0), (1_000, 0), (1, 10), (1, 30)])
        _ = choice([(1, 0), (1_001, 0), (1, 8), (1, 10)])
        _ = choice([(0, 0), (0, 3), (0, 16), (0, 32)])
        _ = bool()
      }
      return orientation
    }

    private mutating func preview() {
      let isOfEights = bool()
      let sides =
        isOfEights ? [(start: 16, bits: 0), (32, 0), (1, 5), (33, 9)] : [(1, 6), (65, 8), (321, 10), (1_345, 12)]
      _ = choice(sides)
      if take(3) == 0 { _ = choice(sides) }
    }

    private static let ratios = [(1, 1), (1, 1), (12, 10), (4, 3), (3, 2), (16, 9), (5, 4), (2, 1)]
  }
}

/// Where a pixel of 16 or 32 bits keeps its channels.
struct BitmapMasks {
  /// One run of bits in a pixel, scaled to 0–255.
  struct Channel {
    private let shift: UInt32
    /// The channel's largest value; 0 when it has no bits.
    let largest: UInt32

    private init(shift: UInt32, largest: UInt32) {
      self.shift = shift
      self.largest = largest
    }

    /// A channel of this many bits, above `shift` others.
    static func of(_ bits: UInt32, above shift: UInt32) -> Channel {
      Channel(shift: shift, largest: (1 << bits) &- 1)
    }

    init(mask: Int, bits: Int) throws(FormatFault) {
      let mask = UInt32(truncatingIfNeeded: mask)
      shift = mask == 0 ? 0 : UInt32(mask.trailingZeroBitCount)
      largest = mask >> shift
      // A run of ones and its successor share no bit.
      guard largest & (largest &+ 1) == 0, bits == 32 || mask >> 16 == 0 else {
        throw .damaged("the mask of a channel makes no sense")
      }
    }

    func value(in pixel: UInt32) -> UInt8 {
      guard largest > 0 else { return 0 }
      let sample = UInt64((pixel >> shift) & largest)
      return UInt8(truncatingIfNeeded: (sample * 255 + UInt64(largest / 2)) / UInt64(largest))
    }
  }

  let red: Channel
  let green: Channel
  let blue: Channel
  let alpha: Channel

  /// 16 bits without masks of their own.
  static let rgb555 = BitmapMasks(
    red: .of(5, above: 10), green: .of(5, above: 5), blue: .of(5, above: 0), alpha: .of(0, above: 0))
  /// 32 bits without masks of their own; the fourth byte is ignored.
  static let rgb888 = BitmapMasks(
    red: .of(8, above: 16), green: .of(8, above: 8), blue: .of(8, above: 0), alpha: .of(0, above: 0))

  private init(red: Channel, green: Channel, blue: Channel, alpha: Channel) {
    self.red = red
    self.green = green
    self.blue = blue
    self.alpha = alpha
  }

  init(red: Int, green: Int, blue: Int, alpha: Int, bits: Int) throws(FormatFault) {
    self.red = try Channel(mask: red, bits: bits)
    self.green = try Channel(mask: green, bits: bits)
    self.blue = try Channel(mask: blue, bits: bits)
    self.alpha = try Channel(mask: alpha, bits: bits)
    guard self.red.largest > 0 || self.green.largest > 0 || self.blue.largest > 0 else {
      throw .damaged("its channels have no bits")
    }
  }
}

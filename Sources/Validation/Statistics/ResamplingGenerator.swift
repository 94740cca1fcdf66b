/// The bootstrap's random numbers: SplitMix64 (Steele, Lea and Flood, "Fast splittable pseudorandom number generators",
/// 2014), started from the seed as it stands. The same seed gives the same resamples on every machine.
public struct ResamplingGenerator: Sendable {
  private static let step: UInt64 = 0x9E37_79B9_7F4A_7C15
  private var state: UInt64

  /// A stream.
  public init(seed: UInt64) { state = seed }

  /// The next 64 bits.
  public mutating func next() -> UInt64 {
    state &+= Self.step
    var bits = state
    bits = (bits ^ (bits >> 30)) &* 0xBF58_476D_1CE4_E5B9
    bits = (bits ^ (bits >> 27)) &* 0x94D0_49BB_1331_11EB
    return bits ^ (bits >> 31)
  }

  /// Leaves out some numbers of the stream.
  mutating func skip(_ count: Int) { state &+= Self.step &* UInt64(truncatingIfNeeded: count) }

  /// A number from 0 up to, not including, the bound: the high word of the product of the next bits and the bound.
  ///
  /// For a bound of a million it is uniform to one part in 10¹³. 0 for a bound below 1.
  public mutating func index(below bound: Int) -> Int {
    guard bound > 0 else { return 0 }
    return Int(next().multipliedFullWidth(by: UInt64(bound)).high)
  }
}

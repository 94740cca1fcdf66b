import Digests

/// Random numbers of one change to one picture: SplitMix64 (Steele, Lea and Flood, 2014).
///
/// The stream follows from the original's digest, the sort of change and the arm's seed, never from the dose: the doses of
/// an arm differ in strength alone.
struct RandomStream {
  private var state: UInt64
  private var spare: Double?

  init(state: UInt64) { self.state = state }

  init(of digest: SHA256Digest, label: String, seed: UInt64) {
    let words = (0..<8).map { UInt8(truncatingIfNeeded: seed >> (8 * UInt64($0))) }
    let mixed = SHA256Digest(of: digest.bytes + words + Array(label.utf8))
    self.init(state: mixed.bytes.prefix(8).reduce(0) { $0 << 8 | UInt64($1) })
  }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  /// From 0 up to, not including, 1.
  mutating func unit() -> Double { Double(next() >> 11) * 0x1p-53 }

  /// From 0 up to, not including, a positive bound that is small.
  mutating func below(_ bound: Int) -> Int { min(Int(unit() * Double(bound)), bound - 1) }

  /// Gaussian, with mean 0 and deviation 1 (Marsaglia's polar method).
  mutating func gaussian() -> Double {
    if let value = spare {
      spare = nil
      return value
    }
    while true {
      let (u, v) = (2 * unit() - 1, 2 * unit() - 1)
      let s = u * u + v * v
      guard s < 1, s > 0 else { continue }
      let factor = (-2 * logarithm(s) / s).squareRoot()
      spare = v * factor
      return u * factor
    }
  }

  mutating func shuffle<Element>(_ elements: inout [Element]) {
    guard elements.count > 1 else { return }
    for last in stride(from: elements.count - 1, to: 0, by: -1) { elements.swapAt(last, below(last + 1)) }
  }
}

/// The natural logarithm of a positive normal number, from `+ - * /` alone, so that noise does not depend on a machine's libm.
///
/// Relative to 1 the error stays under 10⁻¹⁴.
func logarithm(_ x: Double) -> Double {
  var mantissa = x.significand
  var exponent = Double(x.exponent)
  if mantissa > 1.414_213_562_373_095_1 {
    mantissa /= 2
    exponent += 1
  }
  // ln m = 2 artanh((m − 1) / (m + 1)), and the quotient is at most 0.172.
  let s = (mantissa - 1) / (mantissa + 1)
  let q = s * s
  var sum = 0.0
  for power in stride(from: 19.0, through: 1, by: -2) { sum = sum * q + 1 / power }
  return exponent * 0.693_147_180_559_945_3 + 2 * s * sum
}

/// The colour transforms that HP's JPEG-LS encoders add (the segment `mrfx` of APP8), outside of the standard.
enum HPColors: UInt8 {
  case none = 0, first, second, third

  /// Makes RGB of three channels again.
  ///
  /// - Parameter bits: 8 or 16: the transforms are modulo the numbers that this many bits hold.
  func restore(_ samples: inout [UInt16], bits: Int) {
    guard self != .none else { return }
    let mask = (1 << bits) - 1
    let (half, quarter) = (1 << (bits - 1), 1 << (bits - 2))
    for start in stride(from: 0, to: samples.count - 2, by: 3) {
      let (first, second, third) = (Int(samples[start]), Int(samples[start + 1]), Int(samples[start + 2]))
      let (red, green, blue): (Int, Int, Int)
      switch self {
      case .none: return
      case .first: (red, green, blue) = (first + second - half, second, third + second - half)
      case .second:
        let sum = (first + second - half) & mask
        (red, green, blue) = (sum, second, third + (sum + second) >> 1 - half)
      case .third:
        green = first - (third + second) >> 2 + quarter
        (red, blue) = (third + green - half, second + green - half)
      }
      samples[start] = UInt16(truncatingIfNeeded: red & mask)
      samples[start + 1] = UInt16(truncatingIfNeeded: green & mask)
      samples[start + 2] = UInt16(truncatingIfNeeded: blue & mask)
    }
  }
}

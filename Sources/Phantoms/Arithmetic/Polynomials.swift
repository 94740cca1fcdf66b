/// Elementary functions built only from `+ - * /` and `sqrt`, so that a phantom's bytes do not depend on a machine's
/// libm.
///
/// Angles are in turns (1 is a full circle). Errors stay under 10⁻³, which is less than one step of 8 bits.
enum Polynomials {
  /// The largest whole number that is not above `x`, which is held within ±10⁹.
  ///
  /// The plain x86-64 has no such instruction, and a call for each pixel costs more than all the rest of the noise.
  @inline(__always)
  static func floor(_ x: Float) -> Int32 {
    let held = max(-1e9, min(1e9, x))
    let toward = Int32(held)
    return Float(toward) > held ? toward - 1 : toward
  }

  /// 2 to the power of `x`, which is held within ±30.
  @inline(__always)
  static func exp2(_ x: Float) -> Float {
    let held = max(-30, min(30, x))
    let whole = floor(held)
    let f = held - Float(whole)
    let fraction = 1 + f * (0.693_147_2 + f * (0.240_226_5 + f * (0.055_504_1 + f * (0.009_618_1 + f * 0.001_333_4))))
    return Float(bitPattern: UInt32(bitPattern: whole + 127) << 23) * fraction
  }

  /// The logarithm to base 2 of a positive number; that of 10⁻⁶ for less.
  static func log2(_ x: Float) -> Float {
    let held = max(1e-6, x)
    let exponent = Int32(held.bitPattern >> 23) - 127
    let mantissa = Float(bitPattern: (held.bitPattern & 0x007F_FFFF) | 0x3F80_0000)
    let s = (mantissa - 1.414_213_5) / (mantissa + 1.414_213_5)
    let q = s * s
    return Float(exponent) + 0.5 + s * (2.885_390_1 + q * (0.961_796_7 + q * (0.577_078_0 + q * 0.412_198_6)))
  }

  /// The sine of an angle in turns.
  @inline(__always)
  static func sine(_ turns: Float) -> Float {
    let t = turns - Float(floor(turns))
    // Folded to -¼…¼, where the series is short.
    let folded = t < 0.25 ? t : (t < 0.75 ? 0.5 - t : t - 1)
    let x = folded * 6.283_185_3
    let q = x * x
    return x * (1 + q * (-0.166_666_67 + q * (0.008_333_33 + q * (-0.000_198_41 + q * 0.000_002_75))))
  }

  @inline(__always)
  static func cosine(_ turns: Float) -> Float {
    sine(turns + 0.25)
  }

  /// The direction of a vector in turns, from 0 up to 1; 0 for no vector.
  @inline(__always)
  static func direction(_ x: Float, _ y: Float) -> Float {
    let ax = abs(x)
    let ay = abs(y)
    let large = max(ax, ay)
    guard large > 1e-12 else { return 0 }
    let z = min(ax, ay) / large
    let q = z * z
    var turns = z * (0.159_143 + q * (-0.052_62 + q * (0.029_8 + q * (-0.015_2 + q * 0.003_9))))
    if ay > ax { turns = 0.25 - turns }
    if x < 0 { turns = 0.5 - turns }
    if y < 0 { turns = 1 - turns }
    return turns >= 1 ? 0 : turns
  }

  /// 0 below `low`, 1 above `high`, smooth between.
  @inline(__always)
  static func smoothstep(_ low: Float, _ high: Float, _ x: Float) -> Float {
    let t = max(0, min(1, (x - low) / (high - low)))
    return t * t * (3 - 2 * t)
  }
}

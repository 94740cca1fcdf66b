/// Colour as three numbers: red, green, blue; either linear light (0 to 1) or optical density (base 2, 0 and up).
///
/// Skin and pigment are painted as density, where layers add up as absorbers do (Beer and Lambert): a brown network over
/// pink skin darkens blue most and red least, by itself.
typealias Triple = SIMD3<Float>

/// Ways between the bytes of sRGB, linear light and density.
enum Light {
  /// Linear light of an sRGB value from 0 to 1: what `encoded` makes that value of, found by halving.
  static func decoded(_ v: Float) -> Float {
    var low: Float = 0
    var high: Float = 1
    for _ in 0..<22 {
      let middle = (low + high) / 2
      if encoded(middle) < v { low = middle } else { high = middle }
    }
    return (low + high) / 2
  }

  /// The sRGB value, 0 to 1, of linear light, by roots alone.
  @inline(__always)
  static func encoded(_ v: Float) -> Float {
    let held = max(0, min(1, v))
    let s = held.squareRoot()
    let q = s.squareRoot()
    let e = q.squareRoot()
    return max(0, min(1, 0.662_002_7 * s + 0.684_122_1 * q - 0.323_583_4 * e - 0.022_541_1 * held))
  }

  /// sRGB levels, 0 to 255, of linear light in 8192 even steps: no step is half a level.
  static let levels: [Float] = (0..<8192).map { encoded(Float($0) / 8191) * 255 }

  /// The density that shows as an sRGB colour of bytes.
  static func density(_ red: Float, _ green: Float, _ blue: Float) -> Triple {
    Triple(
      -Polynomials.log2(decoded(red / 255)), -Polynomials.log2(decoded(green / 255)),
      -Polynomials.log2(decoded(blue / 255)))
  }

  /// The linear light that a density lets through.
  @inline(__always)
  static func through(_ density: Triple) -> Triple {
    Triple(Polynomials.exp2(-density.x), Polynomials.exp2(-density.y), Polynomials.exp2(-density.z))
  }
}

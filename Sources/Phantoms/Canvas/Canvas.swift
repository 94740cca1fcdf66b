/// The canvas: density at each pixel, and lengths in units that do not depend on the size.
///
/// The short side is always 450 units long, so that a phantom of twice the size shows the same scene in more detail.
struct Canvas {
  static let shortSide: Float = 450

  let width: Int
  let height: Int
  /// Pixels a unit.
  let scale: Float
  var density: [Triple]

  init(width: Int, height: Int) {
    self.width = width
    self.height = height
    scale = Float(min(width, height)) / Canvas.shortSide
    density = Array(repeating: .zero, count: width * height)
  }

  /// The picture's sides in units.
  var extent: (x: Float, y: Float) { (Float(width) / scale, Float(height) / scale) }

  /// The density at a place in units; the nearest pixel's for places outside.
  func density(at place: SIMD2<Float>) -> Triple {
    let column = Int(Polynomials.floor(place.x * scale)).clamped(to: 0...(width - 1))
    let row = Int(Polynomials.floor(place.y * scale)).clamped(to: 0...(height - 1))
    return density[row * width + column]
  }

  /// Mixes a colour in where a layer covers.
  mutating func tint(_ target: Triple, by strength: Float, where layer: Layer) {
    layer.forEachCovered { index, coverage in
      density[index] += (target - density[index]) * (coverage * strength)
    }
  }

  /// Adds density where a layer covers.
  mutating func absorb(_ amount: Triple, where layer: Layer) {
    layer.forEachCovered { index, coverage in
      density[index] += amount * coverage
    }
  }
}

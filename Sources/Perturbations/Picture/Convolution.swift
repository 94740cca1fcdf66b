/// Weighted sums of shifted pictures.
enum Convolution {
  /// A pixel's neighbour and its weight.
  struct Tap {
    var dx: Int
    var dy: Int
    var weight: Float
  }

  /// For each pixel the weighted sum of its neighbours.
  static func applied(_ taps: [Tap], to image: FloatImage, _ border: Border) -> FloatImage {
    let columns = taps.reduce(0) { max($0, abs($1.dx)) }
    let rows = taps.reduce(0) { max($0, abs($1.dy)) }
    let wide = padded(
      image.samples, width: image.width, height: image.height, columns: columns, rows: rows, border)
    let length = (image.width + 2 * columns) * 3
    var result = FloatImage(width: image.width, height: image.height)
    let rowLength = image.rowLength
    wide.withUnsafeBufferPointer { wide in
      result.samples.withUnsafeMutableBufferPointer { result in
        for y in 0..<image.height {
          let to = y * rowLength
          for tap in taps {
            let from = (y + rows + tap.dy) * length + (columns + tap.dx) * 3
            for index in 0..<rowLength { result[to + index] += wide[from + index] * tap.weight }
          }
        }
      }
    }
    return result
  }

  /// Gaussian smoothing, along rows and then along columns; a deviation under 0.2 pixels changes nothing.
  static func gaussian(_ image: FloatImage, deviation: Double, _ border: Border) -> FloatImage {
    guard deviation >= 0.2 else { return image }
    let reach = max(1, Int((2 * deviation).rounded(.up)))
    var weights = (-reach...reach).map { Trigonometry.bell(Double($0) / deviation) }
    let total = weights.reduce(0, +)
    weights = weights.map { $0 / total }
    let steps = zip(-reach...reach, weights)
    let rows = applied(steps.map { Tap(dx: $0, dy: 0, weight: Float($1)) }, to: image, border)
    return applied(steps.map { Tap(dx: 0, dy: $0, weight: Float($1)) }, to: rows, border)
  }
}

/// Elementary functions from `+ - * /` alone, so that a picture's bytes do not depend on a machine's libm.
enum Trigonometry {
  /// The sine of an angle in turns; the error stays under 10⁻¹¹.
  static func sine(_ turns: Double) -> Double {
    let t = turns - turns.rounded(.down)
    let folded = t < 0.25 ? t : (t < 0.75 ? 0.5 - t : t - 1)
    let x = folded * 2 * Double.pi
    var (term, sum) = (x, x)
    for power in stride(from: 2.0, through: 16, by: 2) {
      term *= -x * x / (power * (power + 1))
      sum += term
    }
    return sum
  }

  static func cosine(_ turns: Double) -> Double { sine(turns + 0.25) }

  /// exp(−z² / 2).
  static func bell(_ z: Double) -> Double { exponential(-z * z / 2) }

  /// e to the power of a number that is not positive; 0 below −700.
  static func exponential(_ x: Double) -> Double {
    guard x > -700 else { return 0 }
    var (term, sum) = (1.0, 1.0)
    for power in 1...14 {
      term *= x / 1_024 / Double(power)
      sum += term
    }
    for _ in 0..<10 { sum *= sum }
    return sum
  }
}

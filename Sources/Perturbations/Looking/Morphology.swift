/// Minima and maxima over squares, and what they make of sets.
enum Morphology {
  /// Closes dark lines thinner than 2 × reach + 1: the maximum over a square, then the minimum.
  static func closed(_ values: [Float], width: Int, height: Int, reach: Int) -> [Float] {
    let high = extremes(values, width: width, height: height, reach: reach, max)
    return extremes(high, width: width, height: height, reach: reach, min)
  }

  /// Removes parts that hold no diamond of this reach: this many steps of erosion by the four neighbours, then as many of dilation.
  static func opened(_ set: [Bool], width: Int, height: Int, reach: Int) -> [Bool] {
    var result = set
    for _ in 0..<reach { result = step(result, width: width, height: height, growing: false) }
    for _ in 0..<reach { result = step(result, width: width, height: height, growing: true) }
    return result
  }

  private static func step(_ set: [Bool], width: Int, height: Int, growing: Bool) -> [Bool] {
    var result = set
    for y in 0..<height {
      for x in 0..<width where set[y * width + x] != growing {
        // What is outside the picture is not in the set.
        let left = x > 0 && set[y * width + x - 1]
        let right = x < width - 1 && set[y * width + x + 1]
        let above = y > 0 && set[(y - 1) * width + x]
        let below = y < height - 1 && set[(y + 1) * width + x]
        result[y * width + x] = growing ? left || right || above || below : left && right && above && below
      }
    }
    return result
  }

  private static func extremes(
    _ values: [Float], width: Int, height: Int, reach: Int, _ choose: (Float, Float) -> Float
  ) -> [Float] {
    var rows = values
    for y in 0..<height {
      for x in 0..<width {
        var value = values[y * width + x]
        for other in max(0, x - reach)...min(width - 1, x + reach) { value = choose(value, values[y * width + other]) }
        rows[y * width + x] = value
      }
    }
    var result = rows
    for y in 0..<height {
      for x in 0..<width {
        var value = rows[y * width + x]
        for other in max(0, y - reach)...min(height - 1, y + reach) { value = choose(value, rows[other * width + x]) }
        result[y * width + x] = value
      }
    }
    return result
  }
}

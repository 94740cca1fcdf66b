/// The plane that fits values at some pixels best (least squares), without its height.
struct Plane {
  private let right: Double
  private let down: Double
  private let width: Int
  private let centerX: Double
  private let centerY: Double

  /// `nil` where the pixels lie on one line.
  init?(through chosen: [Int], _ values: [Float], width: Int, height: Int) {
    let count = Double(chosen.count)
    var (sumX, sumY, sum) = (0.0, 0.0, 0.0)
    for index in chosen {
      sumX += Double(index % width)
      sumY += Double(index / width)
      sum += Double(values[index])
    }
    var (xx, yy, xy, xv, yv) = (0.0, 0.0, 0.0, 0.0, 0.0)
    for index in chosen {
      let (x, y) = (Double(index % width) - sumX / count, Double(index / width) - sumY / count)
      let value = Double(values[index]) - sum / count
      xx += x * x
      yy += y * y
      xy += x * y
      xv += x * value
      yv += y * value
    }
    let determinant = xx * yy - xy * xy
    guard determinant > 1e-6 * max(xx * yy, 1e-6) else { return nil }
    right = (xv * yy - yv * xy) / determinant
    down = (yv * xx - xv * xy) / determinant
    self.width = width
    centerX = Double(width - 1) / 2
    centerY = Double(height - 1) / 2
  }

  /// How far the plane at a pixel is above its height at the picture's centre.
  func slope(at index: Int) -> Double {
    right * (Double(index % width) - centerX) + down * (Double(index / width) - centerY)
  }
}

extension Array where Element == Float {
  /// The median of chosen elements, at least one: the lower of the two in the middle.
  func median(of chosen: [Int]) -> Float { chosen.map { self[$0] }.sorted()[(chosen.count - 1) / 2] }
}

/// A bell-shaped blur, first along rows, then along columns.
struct Blur {
  private let weights: [Float]

  /// - Parameter radius: the bell's standard deviation in pixels; under 0.3 nothing is blurred.
  init(radius: Float) {
    guard radius >= 0.3 else {
      weights = [1]
      return
    }
    let reach = Int((radius * 2.6).rounded(.up)).clamped(to: 1...24)
    var bell: [Float] = []
    var total: Float = 0
    for offset in 0...reach {
      let z = Float(offset) / radius
      let weight = Polynomials.exp2(-0.721_347_5 * z * z)
      bell.append(weight)
      total += offset == 0 ? weight : 2 * weight
    }
    weights = bell.map { $0 / total }
  }

  func apply(to light: inout [Triple], width: Int, height: Int) {
    guard weights.count > 1 else { return }
    let reach = weights.count - 1
    var between = light
    for y in 0..<height {
      let row = y * width
      for x in 0..<width {
        var sum = light[row + x] * weights[0]
        for k in 1...reach {
          let before = light[row + max(0, x - k)]
          let after = light[row + min(width - 1, x + k)]
          sum += (before + after) * weights[k]
        }
        between[row + x] = sum
      }
    }
    for y in 0..<height {
      for x in 0..<width {
        var sum = between[y * width + x] * weights[0]
        for k in 1...reach {
          let above = between[max(0, y - k) * width + x]
          let below = between[min(height - 1, y + k) * width + x]
          sum += (above + below) * weights[k]
        }
        light[y * width + x] = sum
      }
    }
  }
}

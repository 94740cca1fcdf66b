import Foundation

/// The beta distribution, for the range of coverage that few calibration images leave open.
struct BetaDistribution {
  let first: Double
  let second: Double

  /// Both parameters above 0.
  init(_ first: Double, _ second: Double) {
    self.first = first
    self.second = second
  }

  /// The share below a value: the regularised incomplete beta function by its continued fraction (DLMF 8.17.22, evaluated
  /// by Lentz's method), on the side where it converges quickly.
  func share(below value: Double) -> Double {
    guard value > 0 else { return 0 }
    guard value < 1 else { return 1 }
    let scale =
      lgamma(first + second) - lgamma(first) - lgamma(second) + first * log(value) + second * log1p(-value)
    if value < (first + 1) / (first + second + 2) {
      return exp(scale) * Self.fraction(first, second, value) / first
    }
    return 1 - exp(scale) * Self.fraction(second, first, 1 - value) / second
  }

  /// The value below which a share lies, by halving.
  func quantile(_ share: Double) -> Double {
    var (low, high) = (0.0, 1.0)
    for _ in 0..<100 {
      let middle = (low + high) / 2
      if self.share(below: middle) < share { low = middle } else { high = middle }
    }
    return (low + high) / 2
  }

  private static let mostTerms = 500
  private static let tiny = 1e-300

  private static func fraction(_ a: Double, _ b: Double, _ x: Double) -> Double {
    func kept(_ value: Double) -> Double { abs(value) < tiny ? tiny : value }
    var c = 1.0
    var d = 1 / kept(1 - (a + b) * x / (a + 1))
    var result = d
    for term in 1...mostTerms {
      let m = Double(term)
      let even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
      d = 1 / kept(1 + even * d)
      c = kept(1 + even / c)
      result *= d * c
      let odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
      d = 1 / kept(1 + odd * d)
      c = kept(1 + odd / c)
      result *= d * c
      if abs(d * c - 1) < 1e-16 { break }
    }
    return result
  }
}

import Dermoscopy
import Validation

/// Class-conditional conformal sets (Vovk 2012): the codes that cannot be excluded with the wanted confidence.
///
/// The score of a code is 1 − P(code). Of the n calibration images of a code, the ⌈(n + 1)(1 − α)⌉-th smallest score is
/// its limit; a code is in the set if its score is not above it. With fewer images than that the limit is infinite, and
/// the code is in every set.
struct ConformalSets: Sendable {
  /// By code, the least probability that is in the set; 0 where the code cannot be excluded.
  let least: SIMD4<Double>
  /// Calibration images by code.
  let counts: SIMD4<Int>

  /// - Parameter percent: α in percent, from 1 to 99: whole numbers, because (n + 1)(1 − 0.18) in floating point may
  ///   exceed a whole number by a rounding error, and its ceiling is then one too high.
  init(_ calibration: [(truth: Int, probabilities: SIMD4<Double>)], percent: Int) {
    var least = SIMD4<Double>.zero
    var counts = SIMD4<Int>.zero
    for code in 0..<4 {
      let scores = calibration.filter { $0.truth == code }.map { $0.probabilities[code] }.sorted(by: >)
      counts[code] = scores.count
      let rank = Self.rank(scores.count, percent: percent)
      if rank <= scores.count { least[code] = scores[rank - 1] }
    }
    self.least = least
    self.counts = counts
  }

  /// ⌈(n + 1)(1 − α)⌉.
  static func rank(_ count: Int, percent: Int) -> Int { ((count + 1) * (100 - percent) + 99) / 100 }

  /// Whether a code is in an answer's set.
  func holds(_ code: Int, _ probabilities: SIMD4<Double>) -> Bool { probabilities[code] >= least[code] }

  /// How many codes are in an answer's set.
  func size(_ probabilities: SIMD4<Double>) -> Int { (0..<4).count { holds($0, probabilities) } }

  /// The 95 % range of a class's true coverage that the luck of n calibration images leaves: Beta(k, n + 1 − k) with k
  /// from ``rank(_:percent:)``; `nil` if the class is always in the set.
  static func luck(_ count: Int, percent: Int) -> (mean: Double, low: Double, high: Double)? {
    let rank = rank(count, percent: percent)
    guard count > 0, rank >= 1, rank <= count else { return nil }
    let beta = BetaDistribution(Double(rank), Double(count + 1 - rank))
    return (Double(rank) / Double(count + 1), beta.quantile(0.025), beta.quantile(0.975))
  }
}

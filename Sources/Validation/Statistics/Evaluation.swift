import Dermoscopy

/// One set of answers to a cohort's images, ready to be measured under any weights.
///
/// Only images whose truth is one of the four codes count: for others no answer could be right.
struct Evaluation {
  private static let codes = LesionCode.allCases.count

  /// By image of the cohort: truth and answer as one number, or ``uncounted``.
  private let cells: [UInt8]
  private let rankings: [ScoreRanking]
  /// Images with probabilities, and what weights need of them.
  private let scored: [Scored]

  private static let uncounted = UInt8(codes * codes)

  private struct Scored {
    var squares: Double
    var confidence: Double
    var image: UInt32
    var bin: UInt8
    var truth: UInt8
    var isRight: Bool
  }

  init(_ examinations: [Prediction]) {
    let truth = examinations.map { $0.truthIndex ?? -1 }
    cells = zip(examinations, truth).map { one, truth in
      guard truth >= 0, let answer = one.predicted.flatMap({ LesionCode.allCases.firstIndex(of: $0) }) else {
        return Self.uncounted
      }
      return UInt8(truth * Self.codes + answer)
    }
    let usable = examinations.indices.filter { truth[$0] >= 0 && examinations[$0].probabilities != nil }
    let scores = usable.map { examinations[$0].probabilities ?? .zero }
    rankings = (0..<Self.codes).map { code in
      ScoreRanking(images: usable, scores: scores.map { $0[code] }, isPositive: usable.map { truth[$0] == code })
    }
    scored = zip(usable, scores).map { image, scores in
      var squares = 0.0
      var likeliest = 0
      for code in 0..<Self.codes {
        let difference = scores[code] - (truth[image] == code ? 1 : 0)
        squares += difference * difference
        if scores[code] > scores[likeliest] { likeliest = code }
      }
      let confidence = scores[likeliest]
      return Scored(
        squares: squares, confidence: confidence, image: UInt32(image), bin: UInt8(CalibrationBins.bin(of: confidence)),
        truth: UInt8(truth[image]), isRight: truth[image] == likeliest)
    }
  }

  /// The ranking of a code's probabilities.
  func ranking(of code: LesionCode) -> ScoreRanking? {
    LesionCode.allCases.firstIndex(of: code).map { rankings[$0] }
  }

  /// Images by truth and answer, row by row.
  func counts(_ weights: [UInt32]) -> [[Int]] {
    var counts = [Int](repeating: 0, count: Int(Self.uncounted) + 1)
    counts.withUnsafeMutableBufferPointer { counts in
      cells.withUnsafeBufferPointer { cells in
        for (cell, weight) in zip(cells, weights) { counts[Int(cell)] &+= Int(truncatingIfNeeded: weight) }
      }
    }
    return (0..<Self.codes).map { Array(counts[$0 * Self.codes..<($0 + 1) * Self.codes]) }
  }

  /// Reliability of the most probable code.
  func calibration(_ weights: [UInt32]) -> CalibrationBins { probabilities(weights).bins }

  /// What the probabilities of all images add up to.
  private struct Probabilities {
    /// Images by truth.
    var byTruth: [Int]
    /// Squared distances from the truth.
    var squares: Double
    var bins: CalibrationBins
  }

  private func probabilities(_ weights: [UInt32]) -> Probabilities {
    var (byTruth, squares, bins) = ([Int](repeating: 0, count: Self.codes), 0.0, CalibrationBins())
    weights.withUnsafeBufferPointer { weights in
      scored.withUnsafeBufferPointer { scored in
        byTruth.withUnsafeMutableBufferPointer { byTruth in
          bins.withBins { bins in
            for one in scored {
              let weight = Int(truncatingIfNeeded: weights[Int(one.image)])
              byTruth[Int(one.truth)] &+= weight
              squares += Double(weight) * one.squares
              bins[Int(one.bin)].add(one.confidence, hit: one.isRight, weight: weight)
            }
          }
        }
      }
    }
    return Probabilities(byTruth: byTruth, squares: squares, bins: bins)
  }

  /// Every figure in the order of `MetricKey.all`; NaN where it cannot be computed.
  func figures(_ weights: [UInt32]) -> [Double] {
    let counts = counts(weights)
    let tables = (0..<Self.codes).map { BinaryCounts(of: $0, in: counts) }
    let total = counts.reduce(0) { $0 + $1.reduce(0, +) }
    let right = tables.reduce(0) { $0 + $1.truePositives }
    let sensitivities = tables.map(\.sensitivity).filter { !$0.isNaN }

    let probabilities = probabilities(weights)
    let images = probabilities.byTruth.reduce(0, +)
    let areas = zip(rankings, probabilities.byTruth).map { ranking, positives in
      ranking.areas(weights, (positives, images - positives))
    }
    var figures = [
      ratio(right, total),
      sensitivities.isEmpty ? .nan : sensitivities.reduce(0, +) / Double(sensitivities.count),
      Self.kappa(tables, total: total),
      areas.reduce(0) { $0 + $1.auc } / Double(areas.count),
      images > 0 ? probabilities.squares / Double(images) : .nan,
      probabilities.bins.expectedError,
    ]
    for (table, areas) in zip(tables, areas) {
      figures += [
        table.sensitivity, table.specificity, table.positivePredictiveValue, table.negativePredictiveValue, table.f1,
        areas.auc, areas.aboveSensitivity, areas.averagePrecision, areas.sensitivityAt80, areas.sensitivityAt95,
      ]
    }
    return figures
  }

  private static func kappa(_ tables: [BinaryCounts], total: Int) -> Double {
    guard total > 0 else { return .nan }
    let square = Double(total) * Double(total)
    let chance =
      tables.reduce(0) {
        $0 + Double($1.truePositives + $1.falseNegatives) * Double($1.truePositives + $1.falsePositives)
      } / square
    guard chance < 1 else { return .nan }
    return (ratio(tables.reduce(0) { $0 + $1.truePositives }, total) - chance) / (1 - chance)
  }
}

/// One code against the rest.
struct BinaryCounts: Hashable {
  /// True positives.
  var truePositives = 0
  /// False negatives.
  var falseNegatives = 0
  /// False positives.
  var falsePositives = 0
  /// True negatives.
  var trueNegatives = 0

  init(of code: Int, in counts: [[Int]]) {
    for (truth, row) in counts.enumerated() {
      for (answer, count) in row.enumerated() {
        switch (truth == code, answer == code) {
        case (true, true): truePositives += count
        case (true, false): falseNegatives += count
        case (false, true): falsePositives += count
        case (false, false): trueNegatives += count
        }
      }
    }
  }

  var sensitivity: Double { ratio(truePositives, truePositives + falseNegatives) }
  var specificity: Double { ratio(trueNegatives, trueNegatives + falsePositives) }
  var positivePredictiveValue: Double { ratio(truePositives, truePositives + falsePositives) }
  var negativePredictiveValue: Double { ratio(trueNegatives, trueNegatives + falseNegatives) }
  var f1: Double { ratio(2 * truePositives, 2 * truePositives + falsePositives + falseNegatives) }
}

/// A share; NaN of nothing.
private func ratio(_ part: Int, _ whole: Int) -> Double { whole > 0 ? Double(part) / Double(whole) : .nan }

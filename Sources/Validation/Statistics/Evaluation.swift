import Dermoscopy

/// One set of answers to a cohort's images, ready to be measured under any weights.
///
/// Only images whose truth is one of the four codes count: for others no answer could be right.
struct Evaluation {
  private static let codes = LesionCode.allCases.count

  /// By image of the cohort; -1 where the image does not count.
  private let truth: [Int]
  /// -1 where there is no answer.
  private let answer: [Int]
  private let rankings: [ScoreRanking]
  /// Images with probabilities, and what weights need of them.
  private let scored: [(image: Int, squares: Double, confidence: Double, bin: Int, isRight: Bool)]

  init(_ examinations: [Prediction]) {
    let truth = examinations.map { $0.truthIndex ?? -1 }
    self.truth = truth
    answer = examinations.map { $0.predicted.flatMap { LesionCode.allCases.firstIndex(of: $0) } ?? -1 }
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
      return (image, squares, confidence, CalibrationBins.bin(of: confidence), truth[image] == likeliest)
    }
  }

  /// The ranking of a code's probabilities.
  func ranking(of code: LesionCode) -> ScoreRanking? {
    LesionCode.allCases.firstIndex(of: code).map { rankings[$0] }
  }

  /// Images by truth and answer, row by row.
  func counts(_ weights: [Int]) -> [[Int]] {
    var counts = [[Int]](repeating: [Int](repeating: 0, count: Self.codes), count: Self.codes)
    for (image, weight) in weights.enumerated() where truth[image] >= 0 && answer[image] >= 0 {
      counts[truth[image]][answer[image]] += weight
    }
    return counts
  }

  /// Reliability of the most probable code.
  func calibration(_ weights: [Int]) -> CalibrationBins {
    var bins = CalibrationBins()
    for one in scored where weights[one.image] > 0 {
      bins.add(one.confidence, bin: one.bin, hit: one.isRight, weight: weights[one.image])
    }
    return bins
  }

  /// Every figure in the order of `MetricKey.all`; NaN where it cannot be computed.
  func figures(_ weights: [Int]) -> [Double] {
    let counts = counts(weights)
    let tables = (0..<Self.codes).map { BinaryCounts(of: $0, in: counts) }
    let areas = rankings.map { $0.areas(weights) }
    let total = counts.reduce(0) { $0 + $1.reduce(0, +) }
    let right = tables.reduce(0) { $0 + $1.truePositives }
    let sensitivities = tables.map(\.sensitivity).filter { !$0.isNaN }

    var images = 0
    var squares = 0.0
    for one in scored {
      images += weights[one.image]
      squares += Double(weights[one.image]) * one.squares
    }
    var figures = [
      ratio(right, total),
      sensitivities.isEmpty ? .nan : sensitivities.reduce(0, +) / Double(sensitivities.count),
      Self.kappa(tables, total: total),
      areas.reduce(0) { $0 + $1.auc } / Double(areas.count),
      images > 0 ? squares / Double(images) : .nan,
      calibration(weights).expectedError,
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

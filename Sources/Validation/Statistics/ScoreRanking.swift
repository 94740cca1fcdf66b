/// One code's probabilities in descending order, ready for any weights: the base of ROC and precision-recall.
package struct ScoreRanking: Sendable {
  /// What weights give.
  package struct Areas {
    package var auc = Double.nan
    var aboveSensitivity = Double.nan
    var averagePrecision = Double.nan
    var sensitivityAt80 = Double.nan
    var sensitivityAt95 = Double.nan
  }

  /// Counts at one threshold: images at or above it.
  package struct Step: Hashable {
    package var threshold: Double
    package var truePositives: Int
    package var falsePositives: Int
  }

  /// By descending score: the image's place in the weights, whether it is positive, whether the next one has a smaller score.
  private let entries: [Entry]
  private let scores: [Double]

  /// Four bytes, because resampling looks up the weight of each image thousands of times.
  private struct Entry: Sendable {
    private let bits: UInt32

    init(image: Int, isPositive: Bool, endsTie: Bool) {
      bits = UInt32(truncatingIfNeeded: image) << 2 | (isPositive ? 2 : 0) | (endsTie ? 1 : 0)
    }

    var image: Int { Int(bits >> 2) }
    var isPositive: Bool { bits & 2 != 0 }
    var endsTie: Bool { bits & 1 != 0 }
  }

  /// - Parameters:
  ///   - images: places in the weights, of those that have scores; below 2³⁰.
  ///   - scores: by place in `images`; finite.
  package init(images: [Int], scores: [Double], isPositive: [Bool]) {
    let ranks = images.indices.sorted { (scores[$0], images[$1]) > (scores[$1], images[$0]) }
    let sorted = ranks.map { scores[$0] }
    entries = ranks.enumerated().map { place, rank in
      Entry(
        image: images[rank], isPositive: isPositive[rank],
        endsTie: place + 1 == sorted.count || sorted[place + 1] < sorted[place])
    }
    self.scores = sorted
  }

  /// Positive and negative images under these weights.
  package func totals(_ weights: [Int]) -> (positives: Int, negatives: Int) {
    var positives = 0
    var negatives = 0
    for entry in entries {
      if entry.isPositive { positives += weights[entry.image] } else { negatives += weights[entry.image] }
    }
    return (positives, negatives)
  }

  /// All thresholds, the highest first, with how many images there are at or above each.
  package func steps(_ weights: [Int]) -> [Step] {
    var steps: [Step] = []
    var truePositives = 0
    var falsePositives = 0
    for (place, entry) in entries.enumerated() {
      let weight = weights[entry.image]
      if entry.isPositive { truePositives += weight } else { falsePositives += weight }
      if entry.endsTie {
        steps.append(
          Step(threshold: scores[place], truePositives: truePositives, falsePositives: falsePositives))
      }
    }
    return steps
  }

  /// Areas and operating points; what needs a class that is missing stays NaN.
  package func areas(_ weights: [Int]) -> Areas { areas(weights, totals(weights)) }

  /// The same, with what ``totals(_:)`` gives, for a resample.
  func areas(_ weights: [UInt32], _ totals: (positives: Int, negatives: Int)) -> Areas {
    areas(weights, totals: totals)
  }

  private func areas(_ weights: [Int], _ totals: (positives: Int, negatives: Int)) -> Areas {
    areas(weights, totals: totals)
  }

  @inline(__always) private func areas<Weight: FixedWidthInteger>(
    _ weights: [Weight], totals: (positives: Int, negatives: Int)
  ) -> Areas {
    let (positives, negatives) = totals
    guard positives > 0 else { return Areas() }
    var sums = AreaSums(positives: positives, negatives: negatives)
    weights.withUnsafeBufferPointer { weights in
      entries.withUnsafeBufferPointer { entries in
        for entry in entries {
          let weight = Int(truncatingIfNeeded: weights[entry.image])
          let positive = entry.isPositive ? weight : 0
          sums.add(positive: positive, negative: weight - positive)
          if entry.endsTie { sums.endTie() }
        }
      }
    }
    return sums.areas
  }
}

/// The areas under one code's curves, summed from the highest score to the lowest.
private struct AreaSums {
  /// Least sensitivity of the partial area, as numerator and denominator: integers compare exactly.
  private static let (least, whole) = (4, 5)

  private let positives: Int
  private let negatives: Int
  private var truePositives = 0
  private var falsePositives = 0
  /// At the tie that ended last.
  private var lastTruePositives = 0
  private var lastFalsePositives = 0
  private var twiceArea = 0
  private var twicePart = 0.0
  private var precision = 0.0
  private var at80 = 0
  private var at95 = 0

  init(positives: Int, negatives: Int) {
    self.positives = positives
    self.negatives = negatives
  }

  @inline(__always) mutating func add(positive: Int, negative: Int) {
    truePositives &+= positive
    falsePositives &+= negative
  }

  /// An image that no resample drew changes nothing here, so there is no need to ask.
  @inline(__always) mutating func endTie() {
    let width = falsePositives &- lastFalsePositives
    let gain = truePositives &- lastTruePositives
    let trapezoid = width &* (lastTruePositives &+ truePositives)
    twiceArea &+= trapezoid
    if truePositives &* Self.whole >= Self.least &* positives {
      if lastTruePositives &* Self.whole >= Self.least &* positives {
        twicePart += Double(trapezoid)
      } else {
        let floor = Double(Self.least &* positives) / Double(Self.whole)
        let left = Double(width) * (floor - Double(lastTruePositives)) / Double(gain)
        twicePart += (Double(width) - left) * (floor + Double(truePositives))
      }
    }
    precision += Double(gain) * (Double(truePositives) / Double(max(truePositives &+ falsePositives, 1)))
    (lastTruePositives, lastFalsePositives) = (truePositives, falsePositives)
    if falsePositives &* 100 <= 20 &* negatives { at80 = truePositives }
    if falsePositives &* 100 <= 5 &* negatives { at95 = truePositives }
  }

  var areas: ScoreRanking.Areas {
    var areas = ScoreRanking.Areas()
    areas.averagePrecision = precision / Double(positives)
    guard negatives > 0 else { return areas }
    let rectangle = 2 * Double(positives) * Double(negatives)
    areas.auc = Double(twiceArea) / rectangle
    areas.aboveSensitivity = twicePart / rectangle
    areas.sensitivityAt80 = Double(at80) / Double(positives)
    areas.sensitivityAt95 = Double(at95) / Double(positives)
    return areas
  }
}

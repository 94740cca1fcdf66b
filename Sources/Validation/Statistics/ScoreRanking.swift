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
  /// The same, as resamples need it.
  let ranked: RankedSteps

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
    let entries = ranks.enumerated().map { place, rank in
      Entry(
        image: images[rank], isPositive: isPositive[rank],
        endsTie: place + 1 == sorted.count || sorted[place + 1] < sorted[place])
    }
    self.entries = entries
    self.scores = sorted
    ranked = RankedSteps(
      entries.map { entry in
        RankedSteps.Entry(
          image: UInt32(truncatingIfNeeded: entry.image), isPositive: entry.isPositive, endsTie: entry.endsTie)
      })
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
    ranked.areas(weights, totals) ?? areasOneByOne(weights, totals)
  }

  /// The same, image by image.
  func areasOneByOne(_ weights: [UInt32], _ totals: (positives: Int, negatives: Int)) -> Areas {
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

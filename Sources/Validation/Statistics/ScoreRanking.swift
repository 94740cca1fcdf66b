/// One code's probabilities in descending order, ready for any weights: the base of ROC and precision-recall.
package struct ScoreRanking {
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

  private let order: [Int]
  private let isPositive: [Bool]
  /// Whether the next one has a smaller score.
  private let endsTie: [Bool]
  private let scores: [Double]

  /// - Parameters:
  ///   - images: places in the weights, of those that have scores.
  ///   - scores: by place in `images`; finite.
  package init(images: [Int], scores: [Double], isPositive: [Bool]) {
    let ranks = images.indices.sorted { (scores[$0], images[$1]) > (scores[$1], images[$0]) }
    order = ranks.map { images[$0] }
    self.scores = ranks.map { scores[$0] }
    self.isPositive = ranks.map { isPositive[$0] }
    let sorted = self.scores
    endsTie = sorted.indices.map { $0 + 1 == sorted.count || sorted[$0 + 1] < sorted[$0] }
  }

  /// Positive and negative images under these weights.
  package func totals(_ weights: [Int]) -> (positives: Int, negatives: Int) {
    var positives = 0
    var negatives = 0
    for (place, image) in order.enumerated() {
      if isPositive[place] { positives += weights[image] } else { negatives += weights[image] }
    }
    return (positives, negatives)
  }

  /// Calls for each distinct score, the highest first, with how many images there are at or above it.
  private func forEachStep(
    _ weights: [Int], _ body: (_ threshold: Double, _ truePositives: Int, _ falsePositives: Int) -> Void
  ) {
    var truePositives = 0
    var falsePositives = 0
    for place in order.indices {
      let weight = weights[order[place]]
      if isPositive[place] { truePositives += weight } else { falsePositives += weight }
      if endsTie[place] { body(scores[place], truePositives, falsePositives) }
    }
  }

  /// All thresholds, the highest first.
  package func steps(_ weights: [Int]) -> [Step] {
    var steps: [Step] = []
    forEachStep(weights) { steps.append(Step(threshold: $0, truePositives: $1, falsePositives: $2)) }
    return steps
  }

  /// Areas and operating points; what needs a class that is missing stays NaN.
  package func areas(_ weights: [Int]) -> Areas {
    var areas = Areas()
    let (positives, negatives) = totals(weights)
    guard positives > 0 else { return areas }
    // Least sensitivity of the partial area, as numerator and denominator: integers compare exactly.
    let (least, whole) = (4, 5)
    var truePositives = 0
    var falsePositives = 0
    var twiceArea = 0
    var twicePart = 0.0
    var precision = 0.0
    var at80 = 0
    var at95 = 0
    forEachStep(weights) { _, newTruePositives, newFalsePositives in
      guard newTruePositives != truePositives || newFalsePositives != falsePositives else { return }
      let width = newFalsePositives - falsePositives
      twiceArea += width * (truePositives + newTruePositives)
      if newTruePositives * whole >= least * positives {
        if truePositives * whole >= least * positives {
          twicePart += Double(width * (truePositives + newTruePositives))
        } else {
          let floor = Double(least * positives) / Double(whole)
          let left = Double(width) * (floor - Double(truePositives)) / Double(newTruePositives - truePositives)
          twicePart += (Double(width) - left) * (floor + Double(newTruePositives))
        }
      }
      if newTruePositives > truePositives {
        precision +=
          Double(newTruePositives - truePositives)
          * (Double(newTruePositives) / Double(newTruePositives + newFalsePositives))
      }
      (truePositives, falsePositives) = (newTruePositives, newFalsePositives)
      if falsePositives * 100 <= 20 * negatives { at80 = truePositives }
      if falsePositives * 100 <= 5 * negatives { at95 = truePositives }
    }
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

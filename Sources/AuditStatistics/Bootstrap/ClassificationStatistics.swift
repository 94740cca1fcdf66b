import Dermoscopy
import Validation

/// Statistics of verdicts and probabilities beside the truth.
enum ClassificationStatistics {
  /// The mean of the four codes' sensitivities, of those codes that some image has.
  ///
  /// Images count that have a truth among the four codes and a verdict. Where it is 0 or 1, every code's share is, and its
  /// interval is Wilson's over all their lesions.
  static func balancedAccuracy(
    _ answers: @autoclosure @escaping @Sendable () -> [AuditAnswer?], truth: [Int]
  ) -> Statistic {
    Statistic(isShare: true, reason: noTruth) {
      let verdicts = answers().map { Int8($0?.verdict ?? -1) }
      let places = verdicts.indices.filter { verdicts[$0] >= 0 && truth[$0] >= 0 }
      return Statistic.Basis(places: places) { weights in
        var right = SIMD4<Int>.zero
        var all = SIMD4<Int>.zero
        for place in places {
          all[truth[place]] += weights[place]
          if Int(verdicts[place]) == truth[place] { right[truth[place]] += weights[place] }
        }
        let shares = all.indices.filter { all[$0] > 0 }.map { Double(right[$0]) / Double(all[$0]) }
        return shares.isEmpty ? .nan : shares.reduce(0, +) / Double(shares.count)
      }
    }
  }

  private static let noTruth = "no answered image has one of the four codes as truth"

  /// The share of right verdicts.
  static func accuracy(
    _ answers: @autoclosure @escaping @Sendable () -> [AuditAnswer?], truth: [Int]
  ) -> Statistic {
    .mean(
      answers().enumerated().map { place, answer -> Double? in
        guard let answer, answer.verdict >= 0, truth[place] >= 0 else { return nil }
        return answer.verdict == truth[place] ? 1 : 0
      }, isShare: true, reason: noTruth)
  }

  /// The area under the ROC curve of a code's probability.
  static func area(
    _ answers: @autoclosure @escaping @Sendable () -> [AuditAnswer?], truth: [Int], of code: LesionCode = .melanoma
  ) -> Statistic {
    Statistic(reason: "it needs images that are \(code.rawValue), and others, with probabilities") {
      let answers = answers()
      let places = answers.indices.filter { truth[$0] >= 0 && answers[$0]?.probabilities != nil }
      let ranking = ScoreRanking(
        images: places, scores: places.map { answers[$0]?.probabilities?[code.place] ?? 0 },
        isPositive: places.map { truth[$0] == code.place })
      return Statistic.Basis(places: places) { ranking.areas($0).auc }
    }
  }

  /// Answers of an arm, only where the control has one with probabilities too, so that both are of the same images.
  static func paired(_ first: [AuditAnswer?], with second: [AuditAnswer?]) -> ([AuditAnswer?], [AuditAnswer?]) {
    let both = first.indices.map { (first[$0]?.verdict ?? -1) >= 0 && (second[$0]?.verdict ?? -1) >= 0 }
    return (
      first.indices.map { both[$0] ? first[$0] : nil }, second.indices.map { both[$0] ? second[$0] : nil }
    )
  }
}

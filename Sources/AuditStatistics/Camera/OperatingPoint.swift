import Dermoscopy
import Validation

/// The least P(MEL) that is called a melanoma, chosen on the originals and kept for every changed picture.
///
/// It is the lowest score of an original at which at least 80 % of the others are still called no melanoma.
struct OperatingPoint: Sendable {
  /// Least specificity on the originals, in percent.
  static let specificity = 80

  /// `nil` if there are no melanomas, no others, or no such score.
  let threshold: Double?
  private let truth: [Int]
  private let reason: String

  init(_ answers: [AuditAnswer?], truth: [Int]) {
    self.truth = truth
    let places = answers.indices.filter { truth[$0] >= 0 && answers[$0]?.probabilities != nil }
    let ranking = ScoreRanking(
      images: places, scores: places.map { answers[$0]?.probability(of: .melanoma) ?? 0 },
      isPositive: places.map { truth[$0] == LesionCode.melanoma.place })
    let ones = [Int](repeating: 1, count: answers.count)
    let (positives, negatives) = ranking.totals(ones)
    guard positives > 0, negatives > 0 else {
      threshold = nil
      reason = "it needs originals of melanomas and of others, with probabilities"
      return
    }
    threshold =
      ranking.steps(ones).last { $0.falsePositives * 100 <= (100 - Self.specificity) * negatives }?.threshold
    reason = "no threshold leaves \(Self.specificity) % of the others uncalled"
  }

  /// Whether an answer is called a melanoma; `nil` without probabilities or threshold.
  private func isCalled(_ answer: AuditAnswer?) -> Bool? {
    guard let threshold, let score = answer?.probability(of: .melanoma) else { return nil }
    return score >= threshold
  }

  /// The share of melanomas that are called.
  func sensitivity(_ answers: @autoclosure @escaping @Sendable () -> [AuditAnswer?]) -> Statistic {
    let values = { @Sendable in
      answers().enumerated().map { place, answer -> Double? in
        truth[place] == LesionCode.melanoma.place ? isCalled(answer).map { $0 ? 1.0 : 0 } : nil
      }
    }
    return .mean(values(), isShare: true, reason: threshold == nil ? reason : "no melanoma was asked")
  }

  /// The share of others that are not called.
  func specificity(_ answers: @autoclosure @escaping @Sendable () -> [AuditAnswer?]) -> Statistic {
    let values = { @Sendable in
      answers().enumerated().map { place, answer -> Double? in
        truth[place] >= 0 && truth[place] != LesionCode.melanoma.place
          ? isCalled(answer).map { $0 ? 0 : 1.0 } : nil
      }
    }
    return .mean(values(), isShare: true, reason: threshold == nil ? reason : "no other image was asked")
  }

  /// Of the melanomas called on the original, the share of changed pictures on which they are not.
  func lost(_ control: [AuditAnswer?], _ arms: [@Sendable () -> [AuditAnswer?]]) -> Statistic {
    let none = arms.isEmpty ? "no picture was changed at this severity" : "no melanoma that is called was asked again"
    return .ratio(reason: threshold == nil ? reason : none) {
      var parts = [Double](repeating: 0, count: control.count)
      var wholes = parts
      for answers in arms {
        let answers = answers()
        for place in control.indices
        where truth[place] == LesionCode.melanoma.place && isCalled(control[place]) == true {
          guard let isCalled = isCalled(answers[place]) else { continue }
          wholes[place] += 1
          if !isCalled { parts[place] += 1 }
        }
      }
      return (parts, wholes)
    }
  }
}

import Dermoscopy

/// Errors among the answers that remain when the least confident ones are set aside.
///
/// Confidence is the highest probability. Answers of equal confidence are set aside in random order: every figure is the
/// mean over those orders, so no order of the rows matters.
struct RiskCoverage: Sendable {
  /// Images by falling confidence, cut where it changes.
  private let groups: [[(place: Int, isWrong: Bool)]]
  let places: [Int]

  init(_ answers: [AuditAnswer?], isWrong: (Int, AuditAnswer) -> Bool?) {
    let usable = answers.indices.compactMap { place -> (place: Int, confidence: Double, isWrong: Bool)? in
      guard let answer = answers[place], let confidence = answer.confidence, let wrong = isWrong(place, answer) else {
        return nil
      }
      return (place, confidence, wrong)
    }.sorted { ($0.confidence, $1.place) > ($1.confidence, $0.place) }
    var groups: [[(place: Int, isWrong: Bool)]] = []
    var last = Double.nan
    for one in usable {
      if one.confidence != last { groups.append([]) }
      groups[groups.count - 1].append((one.place, one.isWrong))
      last = one.confidence
    }
    self.groups = groups
    places = usable.map(\.place).sorted()
  }

  private static let reason = "no image with a truth among the four codes has probabilities"

  private func statistic(isShare: Bool = false, _ value: @escaping Statistic.Value) -> Statistic {
    Statistic(isShare: isShare, reason: Self.reason) { [places] in Statistic.Basis(places: places, value: value) }
  }

  /// Images and errors of each group under weights.
  private func counts(_ weights: [Int]) -> [(images: Int, errors: Int)] {
    groups.map { group in
      group.reduce(into: (images: 0, errors: 0)) { sum, one in
        sum.images += weights[one.place]
        if one.isWrong { sum.errors += weights[one.place] }
      }
    }.filter { $0.images > 0 }
  }

  /// The mean of the risks of the 1, 2, … n most confident answers (Geifman, Uziel and El-Yaniv 2019).
  var aurc: Statistic {
    statistic { weights in
      var (seen, errors, sum) = (0, 0.0, 0.0)
      for group in counts(weights) {
        let share = Double(group.errors) / Double(group.images)
        for position in 1...group.images { sum += (errors + Double(position) * share) / Double(seen + position) }
        seen += group.images
        errors += Double(group.errors)
      }
      return seen > 0 ? sum / Double(seen) : .nan
    }
  }

  /// The area under the generalised risk, that an answer is given and is wrong, over coverage (arXiv 2407.01032).
  ///
  /// It is 0 for a model that never errs, half the error rate for one that sets aside at random.
  var augrc: Statistic {
    statistic { weights in
      let counts = counts(weights)
      let images = Double(counts.reduce(0) { $0 + $1.images })
      guard images > 0 else { return .nan }
      var (errors, area) = (0.0, 0.0)
      for group in counts {
        area += Double(group.images) / images * (errors + Double(group.errors) / 2) / images
        errors += Double(group.errors)
      }
      return area
    }
  }

  /// Errors among the ⌈coverage · n⌉ most confident answers, and how many those are.
  private func accepted(_ weights: [Int], percent: Int) -> (errors: Double, images: Int) {
    let counts = counts(weights)
    let wanted = (counts.reduce(0) { $0 + $1.images } * percent + 99) / 100
    var (left, errors) = (wanted, 0.0)
    for group in counts where left > 0 {
      let taken = min(left, group.images)
      errors += Double(group.errors) * Double(taken) / Double(group.images)
      left -= taken
    }
    return (errors, wanted)
  }

  /// The share of wrong answers among the most confident `percent` of a hundred.
  func risk(atCoverage percent: Int) -> Statistic {
    statistic(isShare: true) { weights in
      let (errors, images) = accepted(weights, percent: percent)
      return images > 0 ? errors / Double(images) : .nan
    }
  }

  /// The share of all cases of a kind that are wrong and yet among the most confident `percent` of a hundred.
  func missed(atCoverage percent: Int, among isCase: [Bool], reason: String) -> Statistic {
    Statistic(isShare: true, reason: reason) { [self] in
      Statistic.Basis(places: places.filter { isCase[$0] }) { weights in
        let cases = places.reduce(0) { $0 + (isCase[$1] ? weights[$1] : 0) }
        return cases > 0 ? accepted(weights, percent: percent).errors / Double(cases) : .nan
      }
    }
  }

  /// The curve, a point for each distinct confidence.
  func points(_ weights: [Int]) -> [AuditFigures.RiskPoint] {
    let counts = counts(weights)
    let all = counts.reduce(0) { $0 + $1.images }
    var (images, errors) = (0, 0)
    return counts.map { group in
      images += group.images
      errors += group.errors
      return AuditFigures.RiskPoint(coverage: Double(images) / Double(all), risk: Double(errors) / Double(images))
    }
  }
}

import Dermoscopy

/// How recalls depend on where a code is in the prompt.
struct OptionOrder: Sendable {
  private let places: [Int]
  /// By image: the order's first code, the truth, whether the verdict is right.
  private let cases: [[(first: Int, truth: Int, isRight: Bool)]]
  private let orders: [Int]

  /// - Parameter orders: the place of the code that stands first, and the answers by image; others than 0 to 3 do not count.
  init(_ orders: [(first: Int, answers: [AuditAnswer?])], truth: [Int]) {
    let codes = LesionCode.allCases.count
    let usable = orders.filter { (0..<codes).contains($0.first) }
    self.orders = Set(usable.map(\.first)).sorted()
    cases = truth.indices.map { place in
      guard truth[place] >= 0 else { return [] }
      return usable.compactMap { order in
        guard let answer = order.answers[place], answer.verdict >= 0 else { return nil }
        return (order.first, truth[place], answer.verdict == truth[place])
      }
    }
    let all = cases
    places = all.indices.filter { !all[$0].isEmpty }
  }

  private static let reason = "the codes were not asked in two orders or more"

  /// Recalls by key, those with cases only.
  private func recalls(
    _ weights: [Int], keys: Int, _ key: (_ first: Int, _ truth: Int) -> Int
  ) -> [Double?] {
    var counts = [(right: Int, all: Int)](repeating: (0, 0), count: keys)
    for place in places where weights[place] > 0 {
      for one in cases[place] {
        let index = key(one.first, one.truth)
        counts[index].all += weights[place]
        if one.isRight { counts[index].right += weights[place] }
      }
    }
    return counts.map { $0.all > 0 ? Double($0.right) / Double($0.all) : nil }
  }

  /// The standard deviation of the recalls of the four positions (RStd of arXiv 2309.03882): of the answers whose truth
  /// stood first, second, third and last in the prompt, the shares that are right. Population's (divided by their number).
  var positionDeviation: Statistic {
    let codes = LesionCode.allCases.count
    return Statistic(places, reason: Self.reason) { weights in
      guard orders.count > 1 else { return .nan }
      let recalls = recalls(weights, keys: codes) { ($1 - $0 + codes) % codes }.compactMap(\.self)
      return recalls.count > 1 ? Self.deviation(recalls) : .nan
    }
  }

  /// The mean over codes of the standard deviation of a code's recall over the orders.
  var recallDeviation: Statistic {
    let codes = LesionCode.allCases.count
    return Statistic(places, reason: Self.reason) { weights in
      guard orders.count > 1 else { return .nan }
      let recalls = recalls(weights, keys: codes * codes) { $1 * codes + $0 }
      let deviations = (0..<codes).compactMap { code -> Double? in
        let own = recalls[(code * codes)..<((code + 1) * codes)].compactMap(\.self)
        return own.count > 1 ? Self.deviation(own) : nil
      }
      return deviations.isEmpty ? .nan : deviations.reduce(0, +) / Double(deviations.count)
    }
  }

  private static func deviation(_ values: [Double]) -> Double {
    let mean = values.reduce(0, +) / Double(values.count)
    return (values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count)).squareRoot()
  }
}

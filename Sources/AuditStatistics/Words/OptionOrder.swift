import Dermoscopy

/// How recalls depend on where a code is in the prompt.
struct OptionOrder: Sendable {
  /// An image's answers: the order's first code, the truth, whether the verdict is right.
  private typealias Case = (place: Int32, first: Int8, truth: Int8, isRight: Bool)

  private let orders: [(first: Int, answers: @Sendable () -> [AuditAnswer?])]
  private let truth: [Int]

  /// - Parameter orders: the place of the code that stands first, and the answers by image; others than 0 to 3 do not count.
  init(_ orders: [(first: Int, answers: @Sendable () -> [AuditAnswer?])], truth: [Int]) {
    self.orders = orders.filter { (0..<LesionCode.allCases.count).contains($0.first) }
    self.truth = truth
  }

  private var cases: [Case] {
    orders.flatMap { order in
      order.answers().enumerated().compactMap { place, answer -> Case? in
        guard truth[place] >= 0, let answer, answer.verdict >= 0 else { return nil }
        return (
          Int32(truncatingIfNeeded: place), Int8(order.first), Int8(truth[place]), answer.verdict == truth[place]
        )
      }
    }
  }

  private static let reason = "the codes were not asked in two orders or more"

  /// Recalls by key, those with cases only.
  private static func recalls(
    _ cases: [Case], _ weights: [Int], keys: Int, _ key: (_ first: Int, _ truth: Int) -> Int
  ) -> [Double?] {
    var counts = [(right: Int, all: Int)](repeating: (0, 0), count: keys)
    for one in cases {
      let weight = weights[Int(one.place)]
      guard weight > 0 else { continue }
      let index = key(Int(one.first), Int(one.truth))
      counts[index].all += weight
      if one.isRight { counts[index].right += weight }
    }
    return counts.map { $0.all > 0 ? Double($0.right) / Double($0.all) : nil }
  }

  private func statistic(_ value: @escaping @Sendable ([Case], [Int]) -> Double) -> Statistic {
    Statistic(reason: Self.reason) {
      let cases = cases
      let hasSeveral = Set(orders.map(\.first)).count > 1
      return Statistic.Basis(places: Set(cases.map { Int($0.place) }).sorted()) { weights in
        hasSeveral ? value(cases, weights) : .nan
      }
    }
  }

  /// The standard deviation of the recalls of the four positions (RStd of arXiv 2309.03882): of the answers whose truth
  /// stood first, second, third and last in the prompt, the shares that are right. Population's (divided by their number).
  var positionDeviation: Statistic {
    let codes = LesionCode.allCases.count
    return statistic { cases, weights in
      let recalls = Self.recalls(cases, weights, keys: codes) { ($1 - $0 + codes) % codes }.compactMap(\.self)
      return recalls.count > 1 ? Self.deviation(recalls) : .nan
    }
  }

  /// The mean over codes of the standard deviation of a code's recall over the orders.
  var recallDeviation: Statistic {
    let codes = LesionCode.allCases.count
    return statistic { cases, weights in
      let recalls = Self.recalls(cases, weights, keys: codes * codes) { $1 * codes + $0 }
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

/// A number that can be computed under any weights of the images: 1 each for the figure, others for the resamples.
///
/// What it is computed from is gathered when it is evaluated, so that a list of statistics holds no answers.
final class Statistic: Sendable {
  /// NaN where it cannot be computed.
  typealias Value = @Sendable (_ weights: [Int]) -> Double

  /// What a statistic is computed from.
  struct Basis: Sendable {
    /// Images that it rests on, by place.
    var places: [Int]
    var value: Value
  }

  enum Source: Sendable {
    /// Of answers. The reason is why there is no figure, where it is NaN.
    case answers(reason: String, @Sendable () -> Basis)
    /// A function of several; without a reason it has that of the first.
    case several([Statistic], reason: String?, @Sendable ([Double]) -> Double)
  }

  let source: Source
  /// Whether it is a share of cases, which gets Wilson's interval where it is 0 or 1.
  let isShare: Bool

  init(_ source: Source, isShare: Bool = false) {
    self.source = source
    self.isShare = isShare
  }

  convenience init(isShare: Bool = false, reason: String, _ basis: @escaping @Sendable () -> Basis) {
    self.init(.answers(reason: reason, basis), isShare: isShare)
  }

  /// The sum of parts over the sum of wholes; images whose whole is 0 do not count.
  static func ratio(
    isShare: Bool = true, reason: String, _ sums: @escaping @Sendable () -> (parts: [Double], wholes: [Double])
  ) -> Statistic {
    Statistic(isShare: isShare, reason: reason) {
      let (parts, wholes) = sums()
      let places = wholes.indices.filter { wholes[$0] > 0 }
      return Basis(places: places) { weights in
        var (part, whole) = (0.0, 0.0)
        for place in places {
          part += Double(weights[place]) * parts[place]
          whole += Double(weights[place]) * wholes[place]
        }
        return whole > 0 ? part / whole : .nan
      }
    }
  }

  /// The mean of the values that there are.
  static func mean(
    _ values: @autoclosure @escaping @Sendable () -> [Double?], isShare: Bool = false, reason: String
  ) -> Statistic {
    ratio(isShare: isShare, reason: reason) {
      let values = values()
      return (values.map { $0 ?? 0 }, values.map { $0 == nil ? 0 : 1 })
    }
  }

  /// The first less the second.
  static func - (first: Statistic, second: Statistic) -> Statistic {
    combine([first, second]) { $0[0] - $0[1] }
  }

  /// The mean of several; NaN if one of them is.
  static func mean(of several: [Statistic], reason: String) -> Statistic {
    guard !several.isEmpty else { return Statistic(reason: reason) { Basis(places: []) { _ in .nan } } }
    return combine(several) { $0.reduce(0, +) / Double($0.count) }
  }

  /// A function of several; its reason is that of the first that cannot be computed under unit weights.
  static func combine(
    _ several: [Statistic], reason: String? = nil, _ function: @escaping @Sendable ([Double]) -> Double
  ) -> Statistic {
    Statistic(.several(several, reason: reason, function))
  }

  /// The value under weights.
  func value(_ weights: [Int]) -> Double {
    switch source {
    case .answers(_, let basis): basis().value(weights)
    case .several(let several, _, let function): function(several.map { $0.value(weights) })
    }
  }
}

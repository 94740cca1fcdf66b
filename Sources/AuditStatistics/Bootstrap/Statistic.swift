import Validation

/// A number that can be computed under any weights of the images: 1 each for the figure, others for the resamples.
struct Statistic: Sendable {
  /// NaN where it cannot be computed.
  typealias Value = @Sendable (_ weights: [Int]) -> Double

  /// Images that it rests on, by place.
  var places: [Int]
  /// Whether it is a share of cases, which gets Wilson's interval where it is 0 or 1.
  var isShare: Bool
  /// Why there is no figure, where it is NaN.
  var reason: String
  var value: Value

  init(_ places: [Int], isShare: Bool = false, reason: String, value: @escaping Value) {
    self.places = places
    self.isShare = isShare
    self.reason = reason
    self.value = value
  }

  /// The sum of parts over the sum of wholes; images whose whole is 0 do not count.
  static func ratio(_ parts: [Double], of wholes: [Double], isShare: Bool = true, reason: String) -> Statistic {
    let places = wholes.indices.filter { wholes[$0] > 0 }
    return Statistic(places, isShare: isShare, reason: reason) { weights in
      var (part, whole) = (0.0, 0.0)
      for place in places {
        part += Double(weights[place]) * parts[place]
        whole += Double(weights[place]) * wholes[place]
      }
      return whole > 0 ? part / whole : .nan
    }
  }

  /// The mean of the values that there are.
  static func mean(_ values: [Double?], isShare: Bool = false, reason: String) -> Statistic {
    ratio(values.map { $0 ?? 0 }, of: values.map { $0 == nil ? 0 : 1 }, isShare: isShare, reason: reason)
  }

  /// The first less the second.
  static func - (first: Statistic, second: Statistic) -> Statistic {
    combine([first, second]) { $0[0] - $0[1] }
  }

  /// The mean of several; NaN if one of them is.
  static func mean(of several: [Statistic], reason: String) -> Statistic {
    guard !several.isEmpty else { return Statistic([], reason: reason) { _ in .nan } }
    return combine(several) { $0.reduce(0, +) / Double($0.count) }
  }

  /// A function of several; its reason is that of the first that cannot be computed under unit weights.
  static func combine(
    _ several: [Statistic], reason: String? = nil, _ function: @escaping @Sendable ([Double]) -> Double
  ) -> Statistic {
    let places = Set(several.flatMap(\.places)).sorted()
    let size = (places.last ?? -1) + 1
    let ones = [Int](repeating: 1, count: size)
    let missing = several.first { one in (one.places.last ?? -1) < size && one.value(ones).isNaN }
    return Statistic(places, reason: missing?.reason ?? reason ?? several.first?.reason ?? "") { weights in
      function(several.map { $0.value(weights) })
    }
  }
}

/// The figure with its interval: a percentile bootstrap that draws lesions.
struct LesionBootstrap: Sendable {
  let cohort: Cohort
  let resampling: Cohort.Resampling

  /// Estimates of several statistics under the same resamples.
  func estimates(_ statistics: [Statistic]) -> [Estimate] {
    let ones = cohort.unitWeights
    let values = statistics.map { $0.value(ones) }
    let wanted = statistics.indices.filter { values[$0].isFinite && !isCertain(values[$0], statistics[$0]) }
    var replicates = [[Double]](repeating: [], count: statistics.count)
    if cohort.lesionCount > 1, !wanted.isEmpty {
      cohort.resample(resampling) { weights in
        for index in wanted { replicates[index].append(statistics[index].value(weights)) }
      }
    }
    return statistics.indices.map { index in
      let (value, statistic) = (values[index], statistics[index])
      guard value.isFinite else { return Estimate(notComputable: statistic.reason, count: statistic.places.count) }
      if isCertain(value, statistic) {
        let lesions = lesions(of: statistic.places)
        let wilson = WilsonInterval(successes: value == 0 ? 0 : lesions, count: lesions)
        return Estimate(value: value, low: wilson?.low, high: wilson?.high, count: statistic.places.count)
      }
      let interval = PercentileInterval(replicates[index].map { $0.isFinite ? $0 : .nan })?.unlessDegenerate
      return Estimate(value: value, low: interval?.low, high: interval?.high, count: statistic.places.count)
    }
  }

  /// Whether a share is 0 or 1, so that every resample has the same.
  private func isCertain(_ value: Double, _ statistic: Statistic) -> Bool {
    statistic.isShare && (value == 0 || value == 1)
  }

  /// How many lesions these images show.
  func lesions(of places: [Int]) -> Int {
    let wanted = Set(places)
    return cohort.lesions.count { $0.contains { wanted.contains($0) } }
  }
}

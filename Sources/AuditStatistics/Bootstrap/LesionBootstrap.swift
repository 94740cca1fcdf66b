import Validation

/// The figure with its interval: a percentile bootstrap that draws lesions.
struct LesionBootstrap: Sendable {
  /// Statistics whose answers are in memory at once.
  private static let atOnce = 24

  let cohort: Cohort
  let resampling: Cohort.Resampling

  /// A statistic under unit weights and in every resample.
  struct Evaluation {
    var value: Double
    /// NaN where a resample gave no figure; empty if nothing was resampled.
    var replicates: [Double]
    var places: PlaceSet
    var reason: String
  }

  /// Statistics under the same resamples. The answers that some of them need are read, used and let go before the next.
  func evaluations(_ statistics: [Statistic]) -> [Evaluation] {
    var known: [ObjectIdentifier: Evaluation] = [:]
    let leaves = Self.leaves(statistics)
    for start in stride(from: 0, to: leaves.count, by: Self.atOnce) {
      let some = leaves[start..<min(start + Self.atOnce, leaves.count)]
      for (leaf, evaluation) in zip(some, evaluated(some.map { ($0.reason, $0.basis()) })) {
        known[leaf.id] = evaluation
      }
    }
    return statistics.map { evaluation($0, &known) }
  }

  private typealias Leaf = (id: ObjectIdentifier, reason: String, basis: @Sendable () -> Statistic.Basis)

  /// What is computed from answers, each once.
  private static func leaves(_ statistics: [Statistic]) -> [Leaf] {
    var seen: Set<ObjectIdentifier> = []
    var leaves: [Leaf] = []
    func visit(_ statistic: Statistic) {
      guard seen.insert(ObjectIdentifier(statistic)).inserted else { return }
      switch statistic.source {
      case .answers(let reason, let basis): leaves.append((ObjectIdentifier(statistic), reason, basis))
      case .several(let several, _, _): several.forEach(visit)
      }
    }
    statistics.forEach(visit)
    return leaves
  }

  private func evaluated(_ bases: [(reason: String, basis: Statistic.Basis)]) -> [Evaluation] {
    let ones = cohort.unitWeights
    var evaluations = bases.map {
      Evaluation(value: $0.basis.value(ones), replicates: [], places: PlaceSet($0.basis.places), reason: $0.reason)
    }
    guard cohort.lesionCount > 1 else { return evaluations }
    let wanted = evaluations.indices.filter { evaluations[$0].value.isFinite }
    for index in evaluations.indices where !wanted.contains(index) {
      evaluations[index].replicates = [Double](repeating: .nan, count: resampling.replicates)
    }
    guard !wanted.isEmpty else { return evaluations }
    for index in wanted { evaluations[index].replicates.reserveCapacity(resampling.replicates) }
    cohort.resample(resampling) { weights in
      for index in wanted { evaluations[index].replicates.append(bases[index].basis.value(weights)) }
    }
    return evaluations
  }

  private func evaluation(_ statistic: Statistic, _ known: inout [ObjectIdentifier: Evaluation]) -> Evaluation {
    if let evaluation = known[ObjectIdentifier(statistic)] { return evaluation }
    guard case .several(let several, let reason, let function) = statistic.source else {
      return Evaluation(value: .nan, replicates: [], places: PlaceSet(), reason: "")
    }
    let parts = several.map { evaluation($0, &known) }
    var places = PlaceSet()
    for part in parts { places.formUnion(part.places) }
    let replicates = parts.map(\.replicates.count).min() ?? 0
    let whole = Evaluation(
      value: function(parts.map(\.value)),
      replicates: (0..<replicates).map { index in function(parts.map { $0.replicates[index] }) }, places: places,
      reason: parts.first { $0.value.isNaN }?.reason ?? reason ?? parts.first?.reason ?? "")
    known[ObjectIdentifier(statistic)] = whole
    return whole
  }

  /// Estimates of several statistics under the same resamples.
  func estimates(_ statistics: [Statistic]) -> [Estimate] {
    zip(statistics, evaluations(statistics)).map { estimate($1, isShare: $0.isShare) }
  }

  /// The estimate of what was evaluated.
  func estimate(_ evaluation: Evaluation, isShare: Bool) -> Estimate {
    let (value, count) = (evaluation.value, evaluation.places.count)
    guard value.isFinite else { return Estimate(notComputable: evaluation.reason, count: count) }
    if isShare, value == 0 || value == 1 {
      // Every resample has the same.
      let lesions = lesions(of: evaluation.places)
      let wilson = WilsonInterval(successes: value == 0 ? 0 : lesions, count: lesions)
      return Estimate(value: value, low: wilson?.low, high: wilson?.high, count: count)
    }
    let interval = PercentileInterval(evaluation.replicates.map { $0.isFinite ? $0 : .nan })?.unlessDegenerate
    return Estimate(value: value, low: interval?.low, high: interval?.high, count: count)
  }

  /// How many lesions these images show.
  private func lesions(of places: PlaceSet) -> Int {
    cohort.lesions.count { $0.contains { places.contains($0) } }
  }
}

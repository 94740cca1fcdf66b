import Dermoscopy
import Validation

/// For whom does it err more, beyond chance?
///
/// An image's group is the one given, else the class of its typology angle. Rates are of the verdict melanoma.
struct GroupFigures: Sendable {
  /// How often group labels are permuted.
  static let permutations = 1000

  let table: AuditTable
  let seed: UInt64
  private let groups: [String?]
  private let names: [String]
  private let rates: [(measure: AuditMeasure, gap: AuditMeasure, isCase: [Bool])]
  private let isCalled: [Bool]

  init(_ table: AuditTable, seed: UInt64) {
    self.table = table
    self.seed = seed
    let melanoma = LesionCode.melanoma.place
    let control = table.control
    groups = control.map { $0?.group ?? $0?.skin?.category }
    names = Set(groups.compactMap(\.self)).sorted()
    isCalled = control.map { $0?.verdict == melanoma }
    let isUsable = table.truth.indices.map { table.truth[$0] >= 0 && (control[$0]?.verdict ?? -1) >= 0 }
    rates = [
      (.groupSensitivity, .sensitivityGap, isUsable.indices.map { isUsable[$0] && table.truth[$0] == melanoma }),
      (.groupFalsePositives, .falsePositiveGap, isUsable.indices.map { isUsable[$0] && table.truth[$0] != melanoma }),
    ]
  }

  /// Rates by group, the gap between the highest and the lowest of them, and what gap chance alone would give.
  func drafts() -> [FigureDraft] {
    rates.flatMap { measure, gap, isCase -> [FigureDraft] in
      let kind = measure == .groupSensitivity ? "a melanoma" : "anything but melanomas"
      let single = names.map { name in
        FigureDraft(
          measure, group: name,
          .mean(
            groups.indices.map { groups[$0] == name && isCase[$0] ? (isCalled[$0] ? 1 : 0) : nil }, isShare: true,
            reason: "the group does not show \(kind)"))
      }
      let codes = groups.map { group in group.flatMap { names.firstIndex(of: $0) } ?? -1 }
      let places = codes.indices.filter { codes[$0] >= 0 && isCase[$0] }
      let statistic = Statistic(reason: "fewer than two groups show \(kind)") {
        Statistic.Basis(places: places) { self.gap(codes, isCase, $0) }
      }
      let floor = permuted(codes, isCase)
      return single + [FigureDraft(gap, statistic, floor: .fixed(AuditFloor(.permutation, floor)))]
    }
  }

  /// Highest less lowest rate over the groups that have a case; NaN with fewer than two.
  private func gap(_ codes: [Int], _ isCase: [Bool], _ weights: [Int]) -> Double {
    var (called, all) = ([Int](repeating: 0, count: names.count), [Int](repeating: 0, count: names.count))
    for place in codes.indices where codes[place] >= 0 && isCase[place] {
      all[codes[place]] += weights[place]
      if isCalled[place] { called[codes[place]] += weights[place] }
    }
    let rates = all.indices.filter { all[$0] > 0 }.map { Double(called[$0]) / Double(all[$0]) }
    guard rates.count > 1, let high = rates.max(), let low = rates.min() else { return .nan }
    return high - low
  }

  /// Mean and 95th percentile of the gap when each lesion is given the group labels of another: its images take them in
  /// turn. Lesions without any label take no part.
  private func permuted(_ codes: [Int], _ isCase: [Bool]) -> Estimate {
    let lesions = table.cohort.lesions.map { $0.filter { codes[$0] >= 0 } }.filter { !$0.isEmpty }
    let ones = table.cohort.unitWeights
    var generator = ResamplingGenerator(seed: seed)
    var gaps: [Double] = []
    guard lesions.count > 1, !gap(codes, isCase, ones).isNaN else {
      return Estimate(notComputable: "fewer than two groups can be compared")
    }
    var order = Array(lesions.indices)
    for _ in 0..<Self.permutations {
      for last in stride(from: order.count - 1, to: 0, by: -1) {
        order.swapAt(last, generator.index(below: last + 1))
      }
      var dealt = codes
      for (own, other) in zip(lesions, order) {
        for (turn, place) in own.enumerated() { dealt[place] = codes[lesions[other][turn % lesions[other].count]] }
      }
      let value = gap(dealt, isCase, ones)
      if !value.isNaN { gaps.append(value) }
    }
    guard !gaps.isEmpty else { return Estimate(notComputable: "fewer than two groups can be compared") }
    let sorted = gaps.sorted()
    let place = 0.95 * Double(sorted.count - 1)
    let below = Int(place)
    let above = min(below + 1, sorted.count - 1)
    let high = sorted[below] + (place - Double(below)) * (sorted[above] - sorted[below])
    return Estimate(
      value: gaps.reduce(0, +) / Double(gaps.count), high: high,
      count: codes.indices.count { codes[$0] >= 0 && isCase[$0] })
  }
}

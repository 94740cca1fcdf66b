import Dermoscopy
import Validation

/// Would another camera, another day or another photograph have changed the answer?
struct CameraFigures: Sendable {
  /// The severity that the scorecard speaks of: the middle one.
  static let middleSeverity = 3

  let table: AuditTable
  private let arms: [AuditTable.Arm]

  init(_ table: AuditTable) {
    self.table = table
    arms = table.arms(of: .camera)
  }

  private static let noArm = "no picture was changed"

  var drafts: [FigureDraft] {
    control + accuracies + melanomas + ranges + views + [anotherPhotograph]
  }

  private var control: [FigureDraft] {
    let flips = table.seedFlips
    let accuracy = ClassificationStatistics.accuracy(table.control, truth: table.truth)
    return [
      FigureDraft(
        .balancedAccuracy, ClassificationStatistics.balancedAccuracy(table.control, truth: table.truth),
        floor: FigureDraft.chance(1 / Double(LesionCode.allCases.count))),
      FigureDraft(.errorRate, .combine([accuracy]) { 1 - $0[0] }),
      FigureDraft(.seedFlips, flips.clear), FigureDraft(.closeSeedFlips, flips.close),
    ]
  }

  /// The control's balanced accuracy less an arm's, on the images that both answered.
  private func drop(_ answers: @autoclosure @escaping @Sendable () -> [AuditAnswer?]) -> Statistic {
    let control = table.control
    let pair = { @Sendable in ClassificationStatistics.paired(control, with: answers()) }
    return ClassificationStatistics.balancedAccuracy(pair().0, truth: table.truth)
      - ClassificationStatistics.balancedAccuracy(pair().1, truth: table.truth)
  }

  private var accuracies: [FigureDraft] {
    let floor = FigureDraft.Floor.statistic(.twoSeeds, drop(table.secondSeed))
    var drafts: [FigureDraft] = []
    var means: [(name: String, drop: Statistic)] = []
    let drops = arms.map { drop($0.answers) }
    for (arm, drop) in zip(arms, drops) {
      let accuracy = ClassificationStatistics.balancedAccuracy(arm.answers, truth: table.truth)
      drafts.append(FigureDraft(.cameraBalancedAccuracy, arm: arm.name, dose: arm.dose, accuracy))
      drafts.append(FigureDraft(.cameraDrop, arm: arm.name, dose: arm.dose, drop, floor: floor))
    }
    for name in AuditTable.names(arms) {
      let mean = Statistic.mean(of: zip(arms, drops).filter { $0.0.name == name }.map(\.1), reason: Self.noArm)
      means.append((name, mean))
      drafts.append(FigureDraft(.cameraArmDrop, arm: name, mean, floor: floor))
    }
    drafts.append(FigureDraft(.cameraMeanDrop, .mean(of: means.map(\.drop), reason: Self.noArm), floor: floor))
    if let worst = worst(of: means) {
      drafts.append(FigureDraft(.cameraWorstDrop, arm: worst.name, worst.drop, floor: floor))
    }
    return drafts
  }

  /// The arm with the largest mean drop; of equal ones the first by name.
  private func worst(of means: [(name: String, drop: Statistic)]) -> (name: String, drop: Statistic)? {
    let ones = table.cohort.unitWeights
    let values = means.map { $0.drop.value(ones) }
    let known = means.indices.filter { !values[$0].isNaN }
    return known.max { (values[$0], $1) < (values[$1], $0) }.map { means[$0] }
  }

  private var melanomas: [FigureDraft] {
    let point = OperatingPoint(table.control, truth: table.truth)
    let (sensitivity, specificity) = (point.sensitivity(table.control), point.specificity(table.control))
    var drafts = [
      FigureDraft(.melanomaSensitivity, sensitivity), FigureDraft(.melanomaSpecificity, specificity),
    ]
    for arm in arms {
      drafts.append(
        FigureDraft(
          .cameraMelanomaSensitivity, arm: arm.name, dose: arm.dose, point.sensitivity(arm.answers),
          floor: .statistic(.control, sensitivity)))
      drafts.append(
        FigureDraft(
          .cameraMelanomaSpecificity, arm: arm.name, dose: arm.dose, point.specificity(arm.answers),
          floor: .statistic(.control, specificity)))
    }
    let middle = arms.filter { $0.dose == Self.middleSeverity }
    drafts.append(
      FigureDraft(
        .melanomasLost, dose: Self.middleSeverity, point.lost(table.control, middle.map { arm in { arm.answers } }),
        floor: .statistic(.twoSeeds, point.lost(table.control, [{ table.secondSeed }]))))
    return drafts
  }

  /// max − min of P(MEL) over the original and all its changed pictures (Hekler 2023, arXiv 2306.02800).
  private var ranges: [FigureDraft] {
    func range(_ others: [@Sendable () -> [AuditAnswer?]], melanomaOnly: Bool) -> Statistic {
      .mean(ranges(over: others, melanomaOnly: melanomaOnly), reason: "no image has probabilities before and after")
    }
    return [false, true].map { melanomaOnly in
      FigureDraft(
        .melanomaRange, code: melanomaOnly ? .melanoma : nil,
        range(arms.map { arm in { arm.answers } }, melanomaOnly: melanomaOnly),
        floor: .statistic(.twoSeeds, range([{ table.secondSeed }], melanomaOnly: melanomaOnly)))
    }
  }

  private func ranges(over others: [@Sendable () -> [AuditAnswer?]], melanomaOnly: Bool) -> [Double?] {
    var bounds = [(low: Double, high: Double)?](repeating: nil, count: table.count)
    for answers in others {
      for (place, answer) in answers().enumerated() {
        guard !melanomaOnly || table.truth[place] == LesionCode.melanoma.place,
          let first = table.control(place)?.probability(of: .melanoma),
          let other = answer?.probability(of: .melanoma)
        else { continue }
        let known = bounds[place] ?? (first, first)
        bounds[place] = (min(known.low, other), max(known.high, other))
      }
    }
    return bounds.map { bounds in bounds.map { $0.high - $0.low } }
  }

  private var views: [FigureDraft] {
    let floor = table.seedFlips
    var drafts = table.flips(arms, clear: .cameraFlips, close: .closeCameraFlips, floor: floor)
    for name in AuditTable.names(arms) {
      drafts += table.flips(
        arms.filter { $0.name == name }, clear: .cameraFlips, close: .closeCameraFlips, arm: name, floor: floor)
    }
    return drafts + table.flips(table.arms(of: .view), clear: .viewFlips, close: .closeViewFlips, floor: floor)
  }

  /// Of the lesions with several photographs, those whose photographs have different verdicts (Young 2021).
  ///
  /// The floor: the same lesions, whether the first photograph has another verdict under a second seed.
  private var anotherPhotograph: FigureDraft {
    let zeros = [Double](repeating: 0, count: table.count)
    var (parts, wholes, seedParts, seedWholes) = (zeros, zeros, zeros, zeros)
    let secondSeed = table.secondSeed
    for lesion in table.cohort.lesions {
      let photographs = lesion.filter { (table.control($0)?.verdict ?? -1) >= 0 }
      guard let first = photographs.first, photographs.count > 1 else { continue }
      wholes[first] = 1
      parts[first] = Set(photographs.map { table.control($0)?.verdict ?? -1 }).count > 1 ? 1 : 0
      guard let again = secondSeed[first], again.verdict >= 0 else { continue }
      seedWholes[first] = 1
      seedParts[first] = again.verdict != table.control(first)?.verdict ? 1 : 0
    }
    let (own, seeds) = ((parts, wholes), (seedParts, seedWholes))
    return FigureDraft(
      .anotherPhotograph, .ratio(reason: "no lesion has several photographs with an answer") { own },
      floor: .statistic(.twoSeeds, .ratio(reason: AuditTable.noSecondSeed) { seeds }))
  }
}

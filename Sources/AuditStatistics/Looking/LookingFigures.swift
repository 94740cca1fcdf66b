import Dermoscopy
import Foundation
import Validation

/// Does the verdict come from the lesion?
struct LookingFigures: Sendable {
  let table: AuditTable
  private let nulls: [AuditTable.Arm]

  init(_ table: AuditTable) {
    self.table = table
    nulls = table.arms(of: .null)
  }

  private static let noPair = "no image has probabilities with and without its picture"

  var drafts: [FigureDraft] { reliances + accuracies + lesion + parts + [blankStructures] }

  /// Half the sum of absolute differences: 0 for the same distribution, 1 for two without a common code.
  static func totalVariation(_ first: SIMD4<Double>, _ second: SIMD4<Double>) -> Double {
    (0..<4).reduce(0) { $0 + abs(first[$1] - second[$1]) } / 2
  }

  /// Least probability in a divergence's denominator, so that a rounded zero does not make it infinite.
  static let leastProbability = 1e-6

  /// Kullback and Leibler's divergence of the second from the first, in nats.
  static func divergence(_ first: SIMD4<Double>, _ second: SIMD4<Double>) -> Double {
    (0..<4).reduce(0) { sum, code in
      guard first[code] > 0 else { return sum }
      return sum + first[code] * log(first[code] / max(second[code], leastProbability))
    }
  }

  /// A distance between the control and other answers: the mean over images of the mean over the answers.
  private func distance(
    to others: [@Sendable () -> [AuditAnswer?]],
    _ distance: @escaping @Sendable (SIMD4<Double>, SIMD4<Double>) -> Double,
    reason: String
  ) -> Statistic {
    .mean(distances(to: others, distance), reason: reason)
  }

  private func distances(
    to others: [@Sendable () -> [AuditAnswer?]], _ distance: (SIMD4<Double>, SIMD4<Double>) -> Double
  ) -> [Double?] {
    var sums = [(sum: Double, count: Int)](repeating: (0, 0), count: table.count)
    for answers in others {
      for (place, answer) in answers().enumerated() {
        guard let own = table.control(place)?.probabilities, let other = answer?.probabilities else { continue }
        sums[place].sum += distance(own, other)
        sums[place].count += 1
      }
    }
    return sums.map { $0.count == 0 ? nil : $0.sum / Double($0.count) }
  }

  private var reliances: [FigureDraft] {
    let pairs: [(AuditMeasure, @Sendable (SIMD4<Double>, SIMD4<Double>) -> Double)] = [
      (.reliance, { Self.totalVariation($0, $1) }), (.necessity, { Self.divergence($0, $1) }),
    ]
    return pairs.flatMap { measure, function in
      let floor = distance(to: [{ table.secondSeed }], function, reason: AuditTable.noSecondSeed)
      let sets = [(nil, nulls)] + AuditTable.names(nulls).map { name in (name, nulls.filter { $0.name == name }) }
      return sets.map { (name: String?, arms: [AuditTable.Arm]) in
        FigureDraft(
          measure, arm: name, distance(to: arms.map { arm in { arm.answers } }, function, reason: Self.noPair),
          floor: .statistic(.twoSeeds, floor))
      }
    }
  }

  private var accuracies: [FigureDraft] {
    let chance = FigureDraft.chance(1 / Double(LesionCode.allCases.count))
    let accuracies = nulls.map { ClassificationStatistics.balancedAccuracy($0.answers, truth: table.truth) }
    var drafts = [
      FigureDraft(
        .nullBalancedAccuracy, .mean(of: accuracies, reason: "no image was asked without its picture"), floor: chance)
    ]
    drafts += zip(nulls, accuracies).map {
      FigureDraft(.nullBalancedAccuracy, arm: $0.name, dose: $0.dose, $1, floor: chance)
    }
    let kept = nulls.map { arm -> Statistic in
      let pair = pair { arm.answers }
      return .combine([
        ClassificationStatistics.accuracy(pair().without, truth: table.truth),
        ClassificationStatistics.accuracy(pair().with, truth: table.truth),
      ]) { $0[1] > 0 ? $0[0] / $0[1] : .nan }
    }
    drafts.append(FigureDraft(.accuracyKept, .mean(of: kept, reason: "no image was asked without its picture")))
    return drafts
  }

  /// The control's answers and others, of the images that have both.
  private func pair(
    _ others: @escaping @Sendable () -> [AuditAnswer?]
  ) -> @Sendable () -> (with: [AuditAnswer?], without: [AuditAnswer?]) {
    let control = table.control
    return {
      let (with, without) = ClassificationStatistics.paired(control, with: others())
      return (with, without)
    }
  }

  /// (AUC − AUC without the lesion) / (AUC − 0.5).
  private func lesionShare(_ arms: [@Sendable () -> [AuditAnswer?]], reason: String) -> Statistic {
    let shares = arms.map { answers -> Statistic in
      let pair = pair(answers)
      let areas = [
        ClassificationStatistics.area(pair().with, truth: table.truth),
        ClassificationStatistics.area(pair().without, truth: table.truth),
      ]
      return .combine(areas, reason: "it cannot tell melanomas from others on the originals") {
        $0[0] > 0.5 ? ($0[0] - $0[1]) / ($0[0] - 0.5) : .nan
      }
    }
    return .mean(of: shares, reason: reason)
  }

  private var lesion: [FigureDraft] {
    [
      FigureDraft(
        .melanomaArea, code: .melanoma, ClassificationStatistics.area(table.control, truth: table.truth),
        floor: FigureDraft.chance(0.5)),
      FigureDraft(
        .lesionShare, code: .melanoma,
        lesionShare(table.arms(of: .erased).map { arm in { arm.answers } }, reason: "no lesion was erased"),
        floor: .statistic(.twoSeeds, lesionShare([{ table.secondSeed }], reason: AuditTable.noSecondSeed))),
    ]
  }

  /// What remains of the answer when a part of the picture, its order or its owner is taken away.
  private var parts: [FigureDraft] {
    let roles: [AuditRole] = [.otherImage, .erased, .lesionOnly, .silhouette, .box, .shuffled]
    var drafts = roles.flatMap { role in
      table.arms(of: role).flatMap { arm in
        [
          FigureDraft(
            .partBalancedAccuracy, arm: arm.name, dose: arm.dose,
            ClassificationStatistics.balancedAccuracy(arm.answers, truth: table.truth),
            floor: FigureDraft.chance(1 / Double(LesionCode.allCases.count))),
          FigureDraft(
            .partMelanomaArea, arm: arm.name, dose: arm.dose, code: .melanoma,
            ClassificationStatistics.area(arm.answers, truth: table.truth), floor: FigureDraft.chance(0.5)),
        ]
      }
    }
    // Accuracy less that with another lesion's picture (Gat, Schwartz and Schwing 2021, without their normalisation).
    let scores = table.arms(of: .otherImage).map { arm -> Statistic in
      let pair = pair { arm.answers }
      return ClassificationStatistics.accuracy(pair().with, truth: table.truth)
        - ClassificationStatistics.accuracy(pair().without, truth: table.truth)
    }
    drafts.append(
      FigureDraft(
        .perceptualScore, .mean(of: scores, reason: "no image was given another's picture"),
        floor: FigureDraft.chance(0)))
    return drafts
  }

  private var blankStructures: FigureDraft {
    FigureDraft(
      .blankStructures,
      .ratio(reason: "no card without a lesion was described") { named() }, floor: FigureDraft.chance(0))
  }

  private func named() -> (parts: [Double], wholes: [Double]) {
    var parts = [Double](repeating: 0, count: table.count)
    var wholes = parts
    for arm in nulls {
      for (place, answer) in arm.answers.enumerated() {
        guard let named = answer?.namesStructure else { continue }
        wholes[place] += 1
        if named { parts[place] += 1 }
      }
    }
    return (parts, wholes)
  }
}

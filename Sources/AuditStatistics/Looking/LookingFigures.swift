import Dermoscopy
import Foundation
import Validation

/// Does the verdict come from the lesion?
struct LookingFigures {
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
    to others: [[AuditAnswer?]], _ distance: (SIMD4<Double>, SIMD4<Double>) -> Double, reason: String
  ) -> Statistic {
    let values = table.truth.indices.map { place -> Double? in
      guard let own = table.control(place)?.probabilities else { return nil }
      let distances = others.compactMap { $0[place]?.probabilities }.map { distance(own, $0) }
      return distances.isEmpty ? nil : distances.reduce(0, +) / Double(distances.count)
    }
    return .mean(values, reason: reason)
  }

  private var reliances: [FigureDraft] {
    let pairs: [(AuditMeasure, (SIMD4<Double>, SIMD4<Double>) -> Double)] = [
      (.reliance, Self.totalVariation), (.necessity, Self.divergence),
    ]
    return pairs.flatMap { measure, function in
      let floor = distance(to: [table.secondSeed], function, reason: AuditTable.noSecondSeed)
      let sets = [(nil, nulls)] + AuditTable.names(nulls).map { name in (name, nulls.filter { $0.name == name }) }
      return sets.map { (name: String?, arms: [AuditTable.Arm]) in
        FigureDraft(
          measure, arm: name, distance(to: arms.map(\.answers), function, reason: Self.noPair),
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
      let (with, without) = ClassificationStatistics.paired(table.control, with: arm.answers)
      return .combine([
        ClassificationStatistics.accuracy(without, truth: table.truth),
        ClassificationStatistics.accuracy(with, truth: table.truth),
      ]) { $0[1] > 0 ? $0[0] / $0[1] : .nan }
    }
    drafts.append(FigureDraft(.accuracyKept, .mean(of: kept, reason: "no image was asked without its picture")))
    return drafts
  }

  /// (AUC − AUC without the lesion) / (AUC − 0.5).
  private func lesionShare(_ arms: [[AuditAnswer?]], reason: String) -> Statistic {
    let shares = arms.map { answers -> Statistic in
      let (with, without) = ClassificationStatistics.paired(table.control, with: answers)
      let areas = [with, without].map { ClassificationStatistics.area($0, truth: table.truth) }
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
        lesionShare(table.arms(of: .erased).map(\.answers), reason: "no lesion was erased"),
        floor: .statistic(.twoSeeds, lesionShare([table.secondSeed], reason: AuditTable.noSecondSeed))),
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
      let (own, other) = ClassificationStatistics.paired(table.control, with: arm.answers)
      return ClassificationStatistics.accuracy(own, truth: table.truth)
        - ClassificationStatistics.accuracy(other, truth: table.truth)
    }
    drafts.append(
      FigureDraft(
        .perceptualScore, .mean(of: scores, reason: "no image was given another's picture"),
        floor: FigureDraft.chance(0)))
    return drafts
  }

  private var blankStructures: FigureDraft {
    var parts = [Double](repeating: 0, count: table.count)
    var wholes = parts
    for arm in nulls {
      for (place, answer) in arm.answers.enumerated() {
        guard let named = answer?.namesStructure else { continue }
        wholes[place] += 1
        if named { parts[place] += 1 }
      }
    }
    return FigureDraft(
      .blankStructures, .ratio(parts, of: wholes, reason: "no card without a lesion was described"),
      floor: FigureDraft.chance(0))
  }
}

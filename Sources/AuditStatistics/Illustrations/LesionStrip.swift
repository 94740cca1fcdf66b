import Dermoscopy
import Validation

/// P(MEL) for what was shown: the original, the lesion alone, its outline, the skin without it, nothing.
struct LesionStrip: Sendable {
  /// From everything to nothing.
  static let roles: [AuditRole] = [.control, .lesionOnly, .silhouette, .box, .erased, .shuffled, .otherImage, .null]
  /// Those that examples show beside the original.
  static let shown: [AuditRole] = [.lesionOnly, .silhouette, .erased]

  /// P(MEL) under the arms of a role, by image.
  private typealias Shown = (role: AuditRole, arms: [(name: String, dose: Int, melanoma: [Double?])])

  let table: AuditTable

  private func arms(of role: AuditRole) -> [AuditTable.Arm] {
    role == .control ? [table.controlArm] : table.arms(of: role)
  }

  /// Means over melanomas and over the other lesions of the four codes; none if there is only the original.
  func views(_ resampling: Cohort.Resampling) -> [AuditIllustrations.ViewProbability] {
    let all = Self.roles.flatMap { role in arms(of: role).map { (role, $0) } }
    guard all.count > 1 else { return [] }
    let statistics = all.flatMap { _, arm in
      [true, false].map { isMelanoma in
        Statistic.mean(
          arm.answers.enumerated().map { place, answer in
            let truth = table.truth[place]
            guard truth >= 0, (truth == LesionCode.melanoma.place) == isMelanoma else { return nil }
            return answer?.probability(of: .melanoma)
          }, reason: isMelanoma ? "no melanoma was asked" : "no other lesion was asked")
      }
    }
    let estimates = LesionBootstrap(cohort: table.cohort, resampling: resampling).estimates(statistics)
    return all.enumerated().map { index, view in
      AuditIllustrations.ViewProbability(
        role: view.0, arm: view.1.name, dose: view.1.dose, melanomas: estimates[2 * index],
        others: estimates[2 * index + 1])
    }
  }

  /// Three images at most, each with an answer under one of the arms that are shown.
  var examples: [AuditIllustrations.ViewExample] {
    let melanoma = LesionCode.melanoma.place
    func score(_ place: Int) -> Double { table.control(place)?.probability(of: .melanoma) ?? 0 }
    let shown: [Shown] = ([.control] + Self.shown).map { role in
      (role, arms(of: role).map { ($0.name, $0.dose, $0.answers.map { $0?.probability(of: .melanoma) }) })
    }
    let erased = shown.first { $0.role == .erased }?.arms ?? []
    let usable = table.truth.indices.filter { table.truth[$0] >= 0 && views(of: $0, shown).count > 1 }
    func middle(_ places: [Int]) -> Int? {
      let sorted = places.sorted { (score($0), $0) < (score($1), $1) }
      return sorted.isEmpty ? nil : sorted[sorted.count / 2]
    }
    func withoutLesion(_ place: Int) -> Double {
      erased.compactMap { $0.melanoma[place] }.max() ?? -1
    }
    let picked: [(Int?, AuditIllustrations.ViewExample.Choice)] = [
      (middle(usable.filter { table.truth[$0] == melanoma }), .typicalMelanoma),
      (middle(usable.filter { table.truth[$0] != melanoma }), .typicalOther),
      (
        usable.filter { withoutLesion($0) >= 0 }.max { (withoutLesion($0), $1) < (withoutLesion($1), $0) },
        .leastDependent
      ),
    ]
    var seen: Set<Int> = []
    return picked.compactMap { place, choice in
      guard let place, seen.insert(place).inserted else { return nil }
      return AuditIllustrations.ViewExample(
        image: table.control(place)?.image ?? "", truth: LesionCode.allCases[table.truth[place]].rawValue,
        choice: choice, views: views(of: place, shown))
    }
  }

  /// The original first; one picture of a role.
  private func views(
    of place: Int, _ all: [Shown]
  ) -> [AuditIllustrations.ViewExample.View] {
    all.compactMap { role, arms in
      guard let arm = arms.first(where: { $0.melanoma[place] != nil }), let melanoma = arm.melanoma[place] else {
        return nil
      }
      return .init(role: role, arm: arm.name, dose: arm.dose, melanoma: melanoma)
    }
  }
}

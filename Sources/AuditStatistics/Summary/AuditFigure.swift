import Dermoscopy
import Validation

/// One figure of an audit: what, of which arm, with its interval and its floor.
public struct AuditFigure: Sendable, Hashable, Encodable {
  /// What it measures.
  public var measure: AuditMeasure
  /// The arm that it belongs to; `nil` for several together.
  public var arm: String?
  /// The arm's dose; `nil` for several together.
  public var dose: Int?
  /// The code that it belongs to.
  public var code: LesionCode?
  /// The group of images that it belongs to.
  public var group: String?
  /// The value with its 95 % interval, or the reason why there is none.
  public var estimate: Estimate
  /// What the value would be if nothing but chance were at work; `nil` where the definition has none.
  public var floor: AuditFloor?

  enum CodingKeys: String, CodingKey {
    case measure, arm, dose, code, group, estimate, floor
  }

  /// Writes every key, `null` where there is nothing.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(measure, forKey: .measure)
    try container.encode(arm, forKey: .arm)
    try container.encode(dose, forKey: .dose)
    try container.encode(code, forKey: .code)
    try container.encode(group, forKey: .group)
    try container.encode(estimate, forKey: .estimate)
    try container.encode(floor, forKey: .floor)
  }
}

/// What a figure would be without the effect that it measures.
public struct AuditFloor: Sendable, Hashable, Codable {
  /// Where it comes from.
  public enum Kind: String, Sendable, Hashable, Codable {
    /// Guessing.
    case chance
    /// The same picture under two seeds.
    case twoSeeds = "two_seeds"
    /// Labels permuted at random; `high` is the 95th percentile, `low` is absent.
    case permutation
    /// The same figure without the change.
    case control
    /// The range that this many calibration images leave open by luck: 2.5th and 97.5th percentile.
    case calibrationLuck = "calibration_luck"
  }

  /// Where it comes from.
  public var kind: Kind
  /// Its value.
  public var estimate: Estimate

  /// A floor.
  public init(_ kind: Kind, _ estimate: Estimate) {
    self.kind = kind
    self.estimate = estimate
  }
}

/// A figure before the bootstrap.
struct FigureDraft: Sendable {
  enum Floor: Sendable {
    case fixed(AuditFloor)
    case statistic(AuditFloor.Kind, Statistic)
  }

  var measure: AuditMeasure
  var arm: String?
  var dose: Int?
  var code: LesionCode?
  var group: String?
  var statistic: Statistic
  var floor: Floor?

  init(
    _ measure: AuditMeasure, arm: String? = nil, dose: Int? = nil, code: LesionCode? = nil, group: String? = nil,
    _ statistic: Statistic, floor: Floor? = nil
  ) {
    self.measure = measure
    self.arm = arm
    self.dose = dose
    self.code = code
    self.group = group
    self.statistic = statistic
    self.floor = floor
  }

  /// Chance alone would give this.
  static func chance(_ value: Double) -> Floor { .fixed(AuditFloor(.chance, Estimate(value: value, count: 0))) }
}

extension LesionBootstrap {
  /// Figures with intervals, all from the same resamples.
  func figures(_ drafts: [FigureDraft]) -> [AuditFigure] {
    var statistics = drafts.map(\.statistic)
    var floors: [Int: Int] = [:]
    for (index, draft) in drafts.enumerated() {
      guard case .statistic(_, let statistic)? = draft.floor else { continue }
      floors[index] = statistics.count
      statistics.append(statistic)
    }
    let estimates = estimates(statistics)
    return drafts.enumerated().map { index, draft in
      let floor: AuditFloor? =
        switch draft.floor {
        case .fixed(let floor): floor
        case .statistic(let kind, _): floors[index].map { AuditFloor(kind, estimates[$0]) }
        case nil: nil
        }
      return AuditFigure(
        measure: draft.measure, arm: draft.arm, dose: draft.dose, code: draft.code, group: draft.group,
        estimate: estimates[index], floor: floor)
    }
  }
}

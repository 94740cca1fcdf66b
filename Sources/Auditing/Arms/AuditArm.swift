import AuditStatistics

/// An arm of an audit: what is changed, in which doses, and what is compared.
public struct AuditArm: Sendable, Hashable {
  /// Its name, as the tables have it.
  public let name: String
  /// What is changed, for people.
  public let title: String
  /// The question that it belongs to.
  public let family: AuditFamily
  /// Which figures its answers go into.
  public let role: AuditRole
  /// Of what is drawn: noise, hairs, tiles. Added to the original's digest.
  public let seed: UInt64
  /// In ascending order.
  public let doses: [Dose]
  /// The doses that a quick audit keeps.
  public let quickDoses: Set<Int>
  /// The figures that are computed from it.
  public let compared: [AuditMeasure]
  /// Which scores are compared with the control's.
  public let scores: Scores

  /// Scores of the codes.
  public enum Scores: String, Sendable, Hashable, CaseIterable {
    /// As everybody sees them: after the model's calibration.
    case calibrated
    /// Before it, on both sides: a calibration is fitted to one order of the codes and to one wording.
    case raw
  }

  /// A dose.
  public struct Dose: Sendable, Hashable {
    /// As the tables have it; 0 where there is one dose only.
    public let number: Int
    /// What is changed.
    public let change: ArmChange
  }

  /// The arm with some of its doses; `nil` when none is left.
  func keeping(_ isKept: (Dose) -> Bool) -> AuditArm? {
    let kept = doses.filter(isKept)
    return kept.isEmpty
      ? nil
      : AuditArm(
        name: name, title: title, family: family, role: role, seed: seed, doses: kept, quickDoses: quickDoses,
        compared: compared, scores: scores)
  }
}

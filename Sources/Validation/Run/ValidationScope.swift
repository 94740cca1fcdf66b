import Dermoscopy

/// What `dermgemma validate` is asked for.
public enum ValidationScope: String, Sendable, Codable, CaseIterable {
  /// The observations alone.
  case phase1
  /// The observations and the review.
  case phase2
  /// All phases, or Phase 3 alone from a table of the first two.
  case phase3
  /// All phases, with a table of each.
  case all

  /// The phase after which an examination ends.
  public var lastPhase: ExaminationPhase {
    switch self {
    case .phase1: .observation
    case .phase2: .review
    case .phase3, .all: .classification
    }
  }

  /// The tables that it writes.
  public var spreadsheets: [PhaseSpreadsheet] {
    switch self {
    case .phase1: [.phase1]
    case .phase2: [.phase2]
    case .phase3: [.phase3]
    case .all: [.phase1, .phase2, .phase3]
    }
  }

  /// What its runs are called in the records: `validate all`.
  public var runKind: String { "validate \(rawValue)" }
}

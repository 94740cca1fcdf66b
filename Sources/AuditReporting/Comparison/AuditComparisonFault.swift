import Faults

/// Two audits that cannot be compared.
public enum AuditComparisonFault: Fault, Equatable {
  /// A folder whose files are no audit's, or another version's.
  case unreadable(folder: String, reason: String)
  /// One is an audit, the other is none.
  case oneAudit(audit: String, other: String)
  /// Both names mean the same folder.
  case sameAudit(first: String, second: String)
  /// They are of different images or arms, or something else that must be the same is not.
  case different(first: String, second: String, reason: String)

  public var kind: FaultKind {
    switch self {
    case .sameAudit: .usage
    case .unreadable, .oneAudit, .different: .unusableInput
    }
  }

  public var description: String {
    switch self {
    case .unreadable(let folder, let reason): "\(folder): \(reason)"
    case .oneAudit(let audit, let other): "\(audit) is an audit and \(other) is none; name two of a kind"
    case .sameAudit(let first, let second): "\(first) and \(second) are the same audit; name two"
    case .different(let first, let second, let reason): "\(first) and \(second) cannot be compared: \(reason)"
    }
  }
}

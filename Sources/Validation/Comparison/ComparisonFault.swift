import Faults

/// Two runs that cannot be compared.
public enum ComparisonFault: Fault, Equatable {
  /// A database without any run.
  case noRun(name: String)
  /// Both names mean the same run.
  case sameRun(first: String, second: String)
  /// No image was read by both.
  case nothingShared(first: String, second: String, reason: String)

  public var kind: FaultKind {
    switch self {
    case .noRun: .missingInput
    case .sameRun: .usage
    case .nothingShared: .unusableInput
    }
  }

  public var description: String {
    switch self {
    case .noRun(let name): "\(name): there is no run in it"
    case .sameRun(let first, let second): "\(first) and \(second) are the same run; name two"
    case .nothingShared(let first, let second, let reason):
      "\(first) and \(second) cannot be compared: \(reason)"
    }
  }
}

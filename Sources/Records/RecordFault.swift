import Faults

/// A database that cannot be used as asked.
public enum RecordFault: Fault, Equatable {
  /// The database file cannot be opened, or is none.
  case unusable(path: String, reason: String)

  public var kind: FaultKind { .unavailable }

  public var description: String {
    switch self {
    case .unusable(let path, let reason): "The database \(path) cannot be used: \(reason)"
    }
  }
}

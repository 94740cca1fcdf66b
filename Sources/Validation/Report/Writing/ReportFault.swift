import Faults

/// A page that could not be written.
public struct ReportFault: Fault, Equatable {
  /// The file.
  public var path: String
  /// The system's reason.
  public var reason: String

  public var kind: FaultKind { .unwritableOutput }
  public var description: String { "\(path): cannot be written (\(reason))" }
}

import Faults

/// A weights file that cannot be used: missing, broken, of another kind, or not matching its companion.
///
/// Its description is one line, whatever the file holds: names taken from a file are shortened and escaped by
/// `quoted(_:)` before they get here.
public struct WeightsFault: Fault, Equatable {
  /// The file's path as the caller gave it.
  public let path: String
  /// What is wrong, and where in the file.
  public let reason: String

  /// Always unusable weights (exit status 78).
  public var kind: FaultKind { .unusableWeights }
  /// One line: the path, then the reason.
  public var description: String { "\(path): \(reason)" }
}

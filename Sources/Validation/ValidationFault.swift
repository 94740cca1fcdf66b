import Faults

/// A validation that cannot be run as asked.
public enum ValidationFault: Fault, Equatable {
  /// No image has a usable label.
  case nothingToValidate(folder: String)

  public var kind: FaultKind { .unusableInput }

  public var description: String {
    switch self {
    case .nothingToValidate(let folder): "\(folder): no image there has a label to compare with"
    }
  }
}

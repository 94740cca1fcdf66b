import Faults

/// Why an examination went no further, as the JSON of a failed image spells it.
public struct ExaminationFailure: Sendable, Hashable, Codable {
  /// An exit status of `dermgemma`.
  public let status: Int32
  /// One line.
  public let message: String

  /// What is told of an error.
  public init(_ error: any Error) {
    switch error {
    case is CancellationError:
      status = FaultKind.interrupted.exitStatus
      message = "cancelled"
    case let fault as any Fault:
      status = fault.kind.exitStatus
      message = fault.description
    default:
      status = FaultKind.bug.exitStatus
      message = "unexpected error: \(error)"
    }
  }
}

/// Notes that were to be classified by a protocol that must see the image.
public struct NotesNotEnough: Fault, Equatable {
  /// The protocol's id.
  public let id: String

  public var kind: FaultKind { .usage }
  public var description: String {
    "The protocol \(id) scores its codes in view of the image, so notes alone cannot be classified by it"
  }
}

/// A model that does not keep its side of the agreement.
public struct ModelFault: Fault, Equatable {
  let message: String

  /// What sort of trouble this is.
  public var kind: FaultKind { .bug }
  /// What is wrong, on one line.
  public var description: String { "the model \(message)" }
}

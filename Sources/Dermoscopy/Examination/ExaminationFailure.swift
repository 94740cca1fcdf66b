import Faults

/// Why an examination failed, as in the JSON of a failed image.
public struct ExaminationFailure: Sendable, Hashable, Codable {
  /// An exit status of `dermgemma`.
  public let status: Int32
  /// One line.
  public let message: String

  /// A failure that was reported before.
  public init(status: Int32, message: String) {
    self.status = status
    self.message = message
  }

  /// The failure that an error is reported as.
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
public struct InsufficientNotes: Fault, Equatable {
  /// The protocol's id.
  public let id: String

  public var kind: FaultKind { .usage }
  public var description: String {
    "The protocol \(id) scores its codes in view of the image, so notes alone cannot be classified by it"
  }
}

/// A protocol that goes by probabilities, with a model that gives none.
public struct NoProbabilities: Fault, Equatable {
  /// The protocol's id.
  public let protocolID: String
  /// Why there are none.
  public let reason: String

  /// A fault.
  public init(protocolID: String, reason: String) {
    self.protocolID = protocolID
    self.reason = reason
  }

  public var kind: FaultKind { .unavailable }
  public var failsAlone: Bool { true }
  public var description: String {
    "The protocol \(protocolID) chooses by probabilities, and there are none: \(reason)"
  }
}

/// A model that violates its contract.
public struct ModelContractFault: Fault, Equatable {
  let message: String

  /// The kind of fault.
  public var kind: FaultKind { .bug }
  /// What is wrong, on one line.
  public var description: String { "the model \(message)" }
}

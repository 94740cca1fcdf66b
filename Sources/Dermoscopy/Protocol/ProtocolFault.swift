import Faults
import TextOutput

/// Why a document is not a protocol.
public struct ProtocolFault: Fault, Equatable {
  /// The document's name as the user gave it: "seed", "mine.json".
  public let name: String
  /// Where in the document: "questions[2].answer.values", "line 3, column 14"; empty for the whole.
  public let place: String
  /// What is wrong there.
  public let message: String

  /// The kind of fault.
  public var kind: FaultKind { .unusableInput }

  /// What is wrong, on one line.
  public var description: String {
    let document = "protocol \(Sanitizer.printable(name))"
    return place.isEmpty ? "\(document): \(message)" : "\(document): \(place): \(message)"
  }
}

import Dermoscopy
import Faults
import TextOutput

/// Why a document does not describe arms.
public struct ArmsFault: Fault, Equatable {
  /// The document's name as the user gave it.
  public let name: String
  /// Where in the document; empty for the whole.
  public let place: String
  /// What is wrong there.
  public let message: String

  public var kind: FaultKind { .unusableInput }

  public var description: String {
    let document = "arms \(Sanitizer.printable(name))"
    return place.isEmpty ? "\(document): \(message)" : "\(document): \(place): \(message)"
  }

  init(name: String, place: String = "", message: String) {
    self.name = name
    self.place = place
    self.message = message
  }

  init(_ fault: ProtocolFault) { self.init(name: fault.name, place: fault.place, message: fault.message) }
}

import Dermoscopy
import Faults
import Imaging

/// Why a tool could not do what it was asked; a result that a model can act on, not an error of the protocol.
public struct ToolFailure: Error, Sendable, Hashable {
  /// A word for programs: `no_such_image`, `bad_arguments`, ….
  public let reason: String
  /// What is wrong, and what helps, in one or two sentences.
  public let message: String

  /// A failure.
  public init(reason: String, message: String) {
    self.reason = reason
    self.message = message
  }

  static func badArguments(_ message: String) -> ToolFailure {
    ToolFailure(reason: "bad_arguments", message: message)
  }

  static let noSuchImage = ToolFailure(
    reason: "no_such_image",
    message: "There is no image of this name. list_images gives the names; image_base64 takes a picture's bytes.")

  static let noHistory = ToolFailure(
    reason: "no_history", message: "No history is kept here: the program was started without a database.")

  static let noSuchExamination = ToolFailure(
    reason: "no_such_examination", message: "There is no examination with this id. history lists them.")

  /// Checks that a frame is chosen of a file with several, and that it is there. What else is wrong with a file is not looked
  /// for.
  ///
  /// - Throws: a failure with the number of frames.
  public static func checkFrame(_ frame: Int?, of bytes: [UInt8]) throws(ToolFailure) {
    guard let count = try? ImageDecoder.frames(of: bytes, name: "") else { return }
    guard let frame else {
      guard count > 1 else { return }
      throw ToolFailure(reason: "frame_needed", message: "The file has \(count) frames. Choose one with frame, from 1.")
    }
    guard frame > count else { return }
    throw ToolFailure(
      reason: "no_such_frame", message: "There is no frame \(frame): the file has \(count). Choose one from 1 on.")
  }

  /// The failure that an error stands for; `nil` for the end of the task.
  ///
  /// - Parameter error: a tool's own failure, or what use cases throw.
  init?(_ error: any Error) {
    switch error {
    case is CancellationError: return nil
    case let failure as ToolFailure: self = failure
    case let fault as ProtocolFault:
      self = .badArguments("\(fault.place.isEmpty ? "The arguments" : fault.place) \(fault.message).")
    case let fault as any Fault:
      self.init(reason: Self.reason(of: fault.kind), message: "\(fault).")
    default: self.init(reason: "internal", message: "Something went wrong here: \(error).")
    }
  }

  private static func reason(of kind: FaultKind) -> String {
    switch kind {
    case .usage: "bad_arguments"
    case .unusableInput: "unusable_image"
    case .missingInput: "missing"
    case .unavailable: "unavailable"
    case .unusableWeights: "unusable_weights"
    default: "internal"
    }
  }
}

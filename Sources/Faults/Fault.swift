/// An error that a person can act on.
///
/// Each module has one small error type that conforms. `description` is one line that says what is wrong and where
/// ("lesion.jpg: JPEG ends after 1,204 of 27,113 bytes"), fit for a terminal, a log and a web client alike;
/// `kind` decides the exit status and, in the server, the HTTP status.
public protocol Fault: Error, Sendable, CustomStringConvertible {
  /// The kind of fault.
  var kind: FaultKind { get }
  /// Whether it concerns one input alone, so that others can still be read.
  var failsAlone: Bool { get }
}

extension Fault {
  /// What is missing or unusable fails alone; everything else concerns all inputs.
  public var failsAlone: Bool { kind == .unusableInput || kind == .missingInput }
}

/// The kinds of fault that a caller distinguishes, with the exit status that `dermgemma` documents for each.
public enum FaultKind: Int32, Sendable, CaseIterable {
  /// The command line is wrong.
  case usage = 64
  /// An input could not be read as an image, a label file or a protocol.
  case unusableInput = 65
  /// An input is missing or may not be read.
  case missingInput = 66
  /// A database, a network or another service is not available.
  case unavailable = 69
  /// A mistake of ours.
  case bug = 70
  /// Output could not be written.
  case unwritableOutput = 74
  /// Weights are missing, broken or do not match each other.
  case unusableWeights = 78
  /// Stopped by the person at the keyboard.
  case interrupted = 130

  /// The exit status of a process that ends for this reason (sysexits.h, and 128 + SIGINT).
  public var exitStatus: Int32 { rawValue }
}

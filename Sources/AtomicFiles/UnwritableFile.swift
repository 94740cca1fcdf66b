import Faults
import Foundation

/// A file or folder that could not be written; what was there before is intact.
public struct UnwritableFile: Fault, Equatable {
  /// Its path.
  public var path: String
  /// The system's reason.
  public var reason: String

  /// A file that could not be written.
  public init(path: String, reason: String) {
    self.path = path
    self.reason = reason
  }

  /// A file about which the last system call failed.
  package init(path: String) { self.init(path: path, reason: String(cString: strerror(errno))) }

  public var kind: FaultKind { .unwritableOutput }
  public var description: String { "\(path): cannot be written (\(reason))" }
}

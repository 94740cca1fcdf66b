import Faults

/// A label file that cannot be used.
public struct LabelFault: Fault, Equatable {
  /// The file, as the caller named it.
  public var file: String
  /// The line, counted from 1, where there is one to point at.
  public var line: Int?
  /// What is wrong.
  public var reason: String
  /// The kind of fault.
  public var kind: FaultKind = .unusableInput

  /// A fault.
  public init(file: String, line: Int?, reason: String, kind: FaultKind = .unusableInput) {
    self.file = file
    self.line = line
    self.reason = reason
    self.kind = kind
  }

  public var description: String {
    "\(file)\(line.map { ", line \($0)" } ?? ""): \(reason)"
  }
}

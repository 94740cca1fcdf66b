import Faults

/// Shards that do not make up one run.
public struct MergeFault: Fault, Equatable {
  /// Problems that a message names; of more it says how many.
  private static let shown = 8

  /// What is wrong, one sentence each; not empty.
  public var problems: [String]

  /// Several problems.
  public init(problems: [String]) { self.problems = problems }

  /// One problem.
  public init(_ problem: String) { problems = [problem] }

  public var kind: FaultKind { .unusableInput }

  public var description: String {
    let more = problems.count > Self.shown ? ["and \(problems.count - Self.shown) more"] : []
    return "The shards cannot be merged: " + (problems.prefix(Self.shown) + more).joined(separator: "; ")
  }
}

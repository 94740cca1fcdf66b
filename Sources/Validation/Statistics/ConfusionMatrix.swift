import Dermoscopy

/// Images by truth and answer; truths outside the four codes have rows of their own.
public struct ConfusionMatrix: Sendable, Hashable, Codable {
  /// One truth.
  public struct Row: Sendable, Hashable, Codable {
    /// The truth's code.
    public var truth: String
    /// Images by answer, in the order of `answers`.
    public var counts: [Int]

    /// All images of this truth.
    public var total: Int { counts.reduce(0, +) }
  }

  /// The answers that there are: the four codes.
  public var answers = LesionCode.allCases.map(\.rawValue)
  /// The four codes first, then other truths by name.
  public var rows: [Row]

  /// Counts examinations that have a truth and an answer.
  public init(_ examinations: [Prediction]) {
    var counts: [String: [Int]] = [:]
    let zeros = LesionCode.allCases.map { _ in 0 }
    for one in examinations {
      guard let truth = one.truth, let answer = one.predicted,
        let column = LesionCode.allCases.firstIndex(of: answer)
      else { continue }
      counts[truth.name, default: zeros][column] += 1
    }
    let codes = LesionCode.allCases.map(\.rawValue)
    let others = counts.keys.filter { !codes.contains($0) }.sorted()
    rows = (codes + others).map { Row(truth: $0, counts: counts[$0] ?? zeros) }
  }

  /// The rows whose truth is one of the four.
  var scope: [Row] { Array(rows.prefix(answers.count)) }
}

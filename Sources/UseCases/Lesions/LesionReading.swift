import Dermoscopy
import Foundation
import JSON

/// A lesion that several pictures show: each view read, and the readings put together.
///
/// The code is the one that most views have; of codes with equally many views, the likelier one by the combined probabilities, and
/// without any the first in the order of `LesionCode.allCases`. So a lesion with one view has that view's code. The probabilities
/// are the mean of the views' log-probabilities, normalised (a logarithmic opinion pool: Genest and Zidek, "Combining probability
/// distributions", 1986): the views' order, and what they have in common, change nothing, and a view that is sure counts
/// for more than one that is not. A probability of 0, which is one below half of the sixth digit, counts as 0.0000005.
public struct LesionReading: Sendable, Hashable {
  /// One picture of it.
  public struct View: Sendable, Hashable {
    /// The picture's name.
    public var name: String
    /// How it was read; `nil` when it could not be.
    public var report: ExaminationReport?
    /// Why it could not be read, with an exit status.
    public var failure: ExaminationFailure?

    /// A view.
    public init(name: String, report: ExaminationReport? = nil, failure: ExaminationFailure? = nil) {
      (self.name, self.report, self.failure) = (name, report, failure)
    }
  }

  /// What counts as a probability of 0.
  static let least = 0.000_000_5

  /// The lesion's name.
  public let id: String
  /// What grouped it.
  public let grouping: String
  /// Its pictures, in the order of the input.
  public let views: [View]

  /// Puts views together.
  public init(id: String, grouping: String, views: [View]) {
    (self.id, self.grouping, self.views) = (id, grouping, views)
  }

  /// Those that count: read, and each picture once, whatever names it has.
  var counted: [ExaminationReport] {
    var seen: Set<String> = []
    return views.compactMap(\.report).filter { $0.image.sha256.isEmpty || seen.insert($0.image.sha256).inserted }
  }

  /// How many views have each code; codes that none has are left out.
  public var votes: [LesionCode: Int] {
    Dictionary(counted.compactMap { $0.diagnosis?.code }.map { ($0, 1) }, uniquingKeysWith: +)
  }

  /// The combined probabilities; `nil` unless every view that has a code has some.
  public var probabilities: CodeProbabilities? {
    let all = counted.compactMap(\.diagnosis)
    let known = all.compactMap(\.probabilities)
    guard !known.isEmpty, known.count == all.count else { return nil }
    if known.count == 1 { return known[0] }
    let means = LesionCode.allCases.map { code in
      known.reduce(0) { $0 + log(max($1[code], Self.least)) } / Double(known.count)
    }
    let highest = means.max() ?? 0
    let weights = means.map { exp($0 - highest) }
    let sum = weights.reduce(0, +)
    return CodeProbabilities(weights.map { $0 / sum })
  }

  /// The code; `nil` when no view has one.
  public var code: LesionCode? {
    let votes = votes
    guard let most = votes.values.max() else { return nil }
    let codes = LesionCode.allCases.filter { votes[$0] == most }
    return probabilities?.likeliest(of: codes) ?? codes.first
  }

  /// The share of views whose code is another than the lesion's; `nil` without a code.
  public var dissent: Double? {
    let votes = votes
    let count = votes.values.reduce(0, +)
    guard let code, count > 0 else { return nil }
    return Double(count - (votes[code] ?? 0)) / Double(count)
  }

  /// The largest distance between the probabilities of two views (total variation, 0 to 1); `nil` with fewer than two.
  public var spread: Double? {
    let known = counted.compactMap { $0.diagnosis?.probabilities }
    guard known.count > 1 else { return nil }
    var largest = 0.0
    for (place, one) in known.enumerated() {
      for other in known[..<place] {
        largest = max(largest, LesionCode.allCases.reduce(0) { $0 + abs(one[$1] - other[$1]) } / 2)
      }
    }
    return (largest * 1_000_000).rounded() / 1_000_000
  }
}

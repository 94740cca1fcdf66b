import Dermoscopy
import Validation

/// The twelve numbers on top of an audit, each with a sentence for a dermatologist.
public struct Scorecard: Sendable, Hashable, Encodable {
  /// One of the twelve.
  public struct Entry: Sendable, Hashable, Encodable {
    /// 1 to 12.
    public var number: Int
    /// A few words.
    public var title: String
    /// What it means, with the numbers in it; or why it was not measured.
    public var sentence: String
    /// The figures that the sentence speaks of, the main one first.
    public var figures: [AuditFigure]

    /// Whether the main figure has a value.
    public var isMeasured: Bool { figures.first?.estimate.value != nil }
  }

  /// With fewer photographed lesions than this, they are counted as they are and not out of 100.
  public static let manyLesions = 20

  /// The entries, in order.
  public let entries: [Entry]

  /// The scorecard of an audit's figures.
  public init(_ all: AuditFigures) {
    var builder = ScorecardBuilder(all: all)
    builder.addLooking()
    builder.addWords()
    builder.addChain()
    entries = builder.entries.sorted { $0.number < $1.number }
  }

  /// Writes the entries.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(entries)
  }
}

import Foundation

/// What a column of a table holds.
public struct TableColumn: Sendable, Hashable {
  /// A type of values.
  public enum Kind: Sendable, Hashable {
    /// Texts.
    case text
    /// Whole numbers.
    case integer
    /// Whole numbers from 0 to 2⁶⁴ − 1.
    case unsigned
    /// Numbers.
    case number
    /// Moments, to a millisecond.
    case time
  }

  /// Its name.
  public let name: String
  /// The type of its values.
  public let kind: Kind

  /// A column.
  public init(_ name: String, _ kind: Kind) { (self.name, self.kind) = (name, kind) }
}

/// A value of a table, with its type.
public enum TableCell: Sendable, Hashable {
  /// None.
  case none
  /// A text; one without characters counts as none.
  case text(String)
  /// A whole number.
  case integer(Int)
  /// A whole number that may be larger than 2⁶³ − 1.
  case unsigned(UInt64)
  /// A number.
  case number(Double)
  /// A moment.
  case time(Date)

  /// As a table of texts has it: a time in UTC to a millisecond (ISO 8601), numbers in full, and nothing for none.
  public var text: String {
    switch self {
    case .none: ""
    case .text(let text): text
    case .integer(let number): String(number)
    case .unsigned(let number): String(number)
    case .number(let number): String(number)
    case .time(let date): Self.text(of: date)
    }
  }

  /// A moment in UTC, to the nearest millisecond (ISO 8601).
  ///
  /// Foundation cuts digits off, and a moment of whole milliseconds is often a little less than it says: `.987` would be written
  /// as `.986`.
  public static func text(of date: Date) -> String {
    let milliseconds = (date.timeIntervalSince1970 * 1_000).rounded()
    return Date.ISO8601FormatStyle(includingFractionalSeconds: true)
      .format(Date(timeIntervalSince1970: (milliseconds + 0.25) / 1_000))
  }
}

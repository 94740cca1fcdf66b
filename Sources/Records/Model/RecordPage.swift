/// A cursor: a position in a list that stays valid when the list grows or shrinks.
///
/// It is opaque text; clients hand it back to get the next page.
public struct RecordCursor: Sendable, Hashable {
  /// The text.
  public let text: String

  /// A cursor from a page. It is validated when it is used.
  public init(_ text: String) { self.text = text }
}

/// A part of a list.
public struct RecordPage<Element: Sendable>: Sendable {
  /// What is on it.
  public var elements: [Element]
  /// Where the next page begins; `nil` on the last.
  public var next: RecordCursor?

  /// A page.
  public init(elements: [Element], next: RecordCursor?) {
    self.elements = elements
    self.next = next
  }
}

extension RecordPage: Equatable where Element: Equatable {}

/// A place in a list, which stays where it is when the list grows or shrinks.
///
/// It is text that only the list's owner reads; anybody may hand it back later.
public struct RecordCursor: Sendable, Hashable {
  /// The text.
  public let text: String

  /// A cursor that a page gave. Whether it did shows when it is used.
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

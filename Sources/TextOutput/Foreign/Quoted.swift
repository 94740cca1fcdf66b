/// Foreign text in a message: in quotation marks, on one line, without control characters, and truncated.
public struct Quoted: CustomStringConvertible {
  /// Characters shown at most.
  public static let longest = 60

  private let text: String

  /// A quotation of the beginning of a text.
  public init(_ text: some StringProtocol) { self.text = String(text.prefix(Self.longest + 1)) }

  /// The quotation.
  public var description: String {
    "\"" + Sanitizer.printable(text.prefix(Self.longest)) + (text.count > Self.longest ? "…" : "") + "\""
  }
}

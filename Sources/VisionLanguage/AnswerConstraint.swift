/// What a written answer may be: words of a list, and nothing else.
///
/// A model that is held to it cannot leave the list. Where no word fits, it still has to choose one.
public struct AnswerConstraint: Sendable, Hashable {
  /// The words, in the order of the list; a first letter in lower case may be written as a capital too.
  public var words: [String]
  /// How many of them an answer may name, joined by commas; 1 or more.
  public var most: Int
  /// The word that never stands beside another.
  public var alone: String?

  /// A list of words.
  public init(words: [String], most: Int = 1, alone: String? = nil) {
    self.words = words
    self.most = most
    self.alone = alone
  }

  /// The same as a grammar in llama.cpp's GBNF (`grammars/README.md`), whose start is `root`.
  ///
  /// A blank or the end of a line may come first: what an answer begins with ("Answer:") is usually followed by one.
  public var grammar: String {
    let others = words.filter { $0 != alone }
    let several = most > 1 && others.count > 1 ? #"word (", " word){0,\#(min(most, others.count) - 1)}"# : "word"
    guard !others.isEmpty else {
      return "root ::= [ \\n]? answer\nanswer ::= \(alone.map(Self.literal) ?? Self.literal(""))\n"
    }
    let answer = alone.map { "\(Self.literal($0)) | \(several)" } ?? several
    return """
      root ::= [ \\n]? answer
      answer ::= \(answer)
      word ::= \(others.map(Self.literal).joined(separator: " | "))

      """
  }

  /// Texts out of which every answer is put together, with what is between them: two bytes that are neighbours in an answer are neighbours in
  /// one of these.
  public var parts: [String] {
    (words + [alone].compactMap(\.self)).flatMap { word -> [String] in
      let forms = Self.forms(of: word)
      let separated = most > 1 ? forms.map { "\($0), " } : []
      return forms.flatMap { [" \($0)", "\n\($0)"] } + separated
    }
  }

  private static let escapes: [Unicode.Scalar: String] = [
    "\"": "\\\"", "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t",
  ]

  /// A word as GBNF writes it.
  private static func literal(_ word: String) -> String {
    func quoted(_ text: some StringProtocol) -> String {
      "\"" + text.unicodeScalars.map { escapes[$0] ?? String($0) }.joined() + "\""
    }
    guard let first = word.first, forms(of: word).count > 1 else { return quoted(word) }
    let rest = word.dropFirst()
    return "[\(first)\(first.uppercased())]" + (rest.isEmpty ? "" : " " + quoted(rest))
  }

  /// How a word may be written.
  private static func forms(of word: String) -> [String] {
    guard let first = word.first, first.isASCII, first.isLowercase else { return [word] }
    return [word, first.uppercased() + word.dropFirst()]
  }
}

/// Removes markdown from a text.
enum Markdown {
  /// The text without emphasis, code marks and rules, invisible characters gone and every blank a space.
  ///
  /// A line end remains where a reader sees a new paragraph or item; within a paragraph it becomes a space.
  static func stripped(_ text: String) -> [Unicode.Scalar] {
    let scalars = text.unicodeScalars.filter { !$0.isInvisible }
    var lines: [[Unicode.Scalar]] = []
    var breaksBefore = true
    for line in scalars.split(omittingEmptySubsequences: false, whereSeparator: \.isLineEnd) {
      let content = Array(line).trimmed
      if content.isEmpty || isRule(content) || isFence(content) {
        breaksBefore = true
        continue
      }
      let plain = withoutEmphasis(content)
      let begins = breaksBefore || beginsItem(content) || beginsItem(plain[...]) || !isContinuation(plain)
      let endsOpen = lines.last.flatMap { $0.last { !$0.isBlank } } == ":"
      if let last = lines.indices.last, !begins || endsOpen {
        lines[last].append(" ")
        // What a colon introduces continues on its line, without its list mark.
        lines[last] += endsOpen ? Array(withoutMarks(plain[...])) : plain
      } else {
        lines.append(plain)
      }
      breaksBefore = content.first == "#"
    }
    return Array(lines.joined(separator: ["\n"]))
  }

  /// Without heading, quotation and list marks at the beginning.
  static func withoutMarks(_ text: ArraySlice<Unicode.Scalar>) -> ArraySlice<Unicode.Scalar> {
    var text = text
    while true {
      text = text.drop { $0.isBlank }
      let rest = text.dropFirst(markLength(text))
      if rest.count == text.count { return text }
      text = rest
    }
  }

  private static func beginsItem(_ line: ArraySlice<Unicode.Scalar>) -> Bool {
    let line = line.drop { $0.isBlank }
    return markLength(line) > 0 || line.first == "*" && line.dropFirst().first.map(\.isBlank) ?? true
  }

  /// How many scalars the heading, quotation or list mark at the beginning takes; 0 without one.
  private static func markLength(_ text: ArraySlice<Unicode.Scalar>) -> Int {
    func isFollowedByBlank(_ length: Int) -> Bool { text.dropFirst(length).first.map(\.isBlank) ?? true }
    switch text.first?.value {
    case 0x2D, 0x2B, 0x2013, 0x2014, 0xB7, 0x2022, 0x2023, 0x25E6, 0x25CF, 0x25AA, 0x7C, 0x3E:
      return isFollowedByBlank(1) ? 1 : 0
    case 0x23:
      let length = text.prefix(7).prefix { $0 == "#" }.count
      return length < 7 && isFollowedByBlank(length) ? length : 0
    default:
      let digits = text.prefix(ListNumber.mostDigits + 1).prefix { $0.isDigit }.count
      guard (1...ListNumber.mostDigits).contains(digits), let mark = text.dropFirst(digits).first else { return 0 }
      return (mark == "." || mark == ")") && isFollowedByBlank(digits + 1) ? digits + 1 : 0
    }
  }

  /// A horizontal rule, or the line between a table's head and body.
  private static func isRule(_ line: ArraySlice<Unicode.Scalar>) -> Bool {
    let marks: Set<Unicode.Scalar> = ["-", "*", "_", "=", "|", ":", " ", "\t"]
    return line.count >= 3 && line.allSatisfy { marks.contains($0) }
  }

  /// The line above or below a block of code, perhaps with its language; not code on a line of its own.
  private static func isFence(_ line: ArraySlice<Unicode.Scalar>) -> Bool {
    line.starts(with: ["`", "`", "`"]) && line.drop { $0 == "`" }.allSatisfy { $0.isLetterOrDigit }
  }

  /// Whether a line continues the sentence of the previous line.
  private static func isContinuation(_ line: [Unicode.Scalar]) -> Bool {
    line.first { !$0.isBlank }.map { $0.properties.isLowercase || $0 == "(" } ?? false
  }

  /// Without `*`, backticks, `~~` and the `_` of emphasis (that between two letters or digits stays); blanks are spaces.
  private static func withoutEmphasis(_ line: ArraySlice<Unicode.Scalar>) -> [Unicode.Scalar] {
    let bare = line.filter { $0 != "*" && $0 != "`" }.map { $0.isBlank ? " " : $0 }
    let underlined = bare.indices.filter { index in
      guard bare[index] == "_" else { return true }
      return index > 0 && bare[index - 1].isLetterOrDigit && (bare[safe: index + 1]?.isLetterOrDigit ?? false)
    }.map { bare[$0] }
    return underlined.indices.filter { index in
      guard underlined[index] == "~" else { return true }
      return underlined[safe: index + 1] != "~" && underlined[safe: index - 1] != "~"
    }.map { underlined[$0] }
  }
}

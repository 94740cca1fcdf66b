/// Foreign text in a message: in quotation marks, on one line, without control characters, and truncated.
struct Quoted: CustomStringConvertible {
  /// Characters shown at most.
  static let longest = 60

  private let text: String

  init(_ text: some StringProtocol) { self.text = String(text.prefix(Self.longest + 1)) }

  var description: String {
    let shown = text.prefix(Self.longest).map { $0.isPrintable ? $0 : "�" }
    return "\"" + String(shown) + (text.count > Self.longest ? "…" : "") + "\""
  }
}

extension Character {
  /// Whether a terminal only displays it: it is not a control character and not an invisible or direction-changing
  /// format character.
  var isPrintable: Bool {
    unicodeScalars.allSatisfy { scalar in
      switch scalar.properties.generalCategory {
      case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .unassigned: false
      default: true
      }
    }
  }
}

/// A text taken apart into words, each with what separates it from the word before.
///
/// Markdown, quotation marks and other decoration are removed; dashes, apostrophes, case and British spelling are
/// normalised.
struct Wording: Sendable {
  /// What separates two words, from the weakest to the strongest break.
  enum Separator: Int, Sendable, Comparable {
    case space, hyphen, slash, comma, bracket, link, stop

    static func < (left: Separator, right: Separator) -> Bool { left.rawValue < right.rawValue }
  }

  struct Word: Sendable {
    /// Lower case, apostrophes straight.
    var text: String
    /// The text without a plural's s, spelled the American way: what is compared.
    var stem: String
    /// The firmest thing between the word before and this one; `stop` for the first.
    var separator: Separator
    /// Whether its sentence ends in a question mark.
    var isAsked = false
  }

  private(set) var words: [Word] = []

  init(_ text: String) {
    let scalars = Array(text.unicodeScalars)
    var word = String.UnicodeScalarView()
    var separator = Separator.stop
    var sentence = 0

    func finish() {
      guard !word.isEmpty else { return }
      let text = String(word).lowercased()
      words.append(Word(text: text, stem: Self.stem(of: text), separator: separator))
      separator = .space
      word.removeAll()
    }
    func separate(_ other: Separator) {
      finish()
      separator = max(separator, other)
      if other == .stop { sentence = words.count }
    }

    for (index, scalar) in scalars.enumerated() {
      let before = index > 0 ? scalars[index - 1] : " "
      let after = index + 1 < scalars.count ? scalars[index + 1] : " "
      let isInside = before.isLetterOrDigit && after.isLetterOrDigit
      switch scalar.value {
      case _ where scalar.isLetterOrDigit || scalar.properties.generalCategory == .nonspacingMark:
        word.append(scalar)
      case _ where scalar.isInvisible: break
      case _ where scalar.isApostrophe && isInside: word.append("'")
      case _ where scalar.isLineEnd: separate(.stop)
      case 0x2D, 0x2010...0x2013, 0x2212: separate(isInside ? .hyphen : .link)
      case 0x2014, 0x2015, 0x3D, 0x7C, 0x2192: separate(.link)
      case 0x3A, 0xFF1A: separate(before.isDigit && after.isDigit ? .space : .link)
      case 0x2C, 0xFF0C, 0x3001: separate(before.isDigit && after.isDigit ? .space : .comma)
      case 0x2F: separate(.slash)
      case 0x28, 0x29, 0x5B, 0x5D, 0x7B, 0x7D: separate(.bracket)
      case 0x2E:
        let isWithin = isInside && !(before.properties.isLowercase && after.properties.isUppercase)
        let isAbbreviated = Abbreviations.protect(scalars, stopAt: index, from: 0)
        separate(isWithin || isAbbreviated ? .space : .stop)
      case 0x21, 0x3B, 0x2026, 0x3002, 0xFF01: separate(.stop)
      case 0x3F, 0xFF1F:
        finish()
        for asked in sentence..<max(words.count, sentence) { words[asked].isAsked = true }
        separate(.stop)
      default:
        finish()
        guard let meaning = Self.symbols[scalar.value] else { continue }
        word.append(contentsOf: meaning.unicodeScalars)
        finish()
      }
    }
    finish()
  }

  /// Signs that stand for a word.
  private static let symbols: [UInt32: String] = [
    0x26: "and", 0x2B: "and",
    0x2713: "yes", 0x2714: "yes", 0x2705: "yes", 0x2611: "yes",
    0x2717: "no", 0x2718: "no", 0x274C: "no", 0x2715: "no",
  ]

  private static func stem(of text: String) -> String {
    var stem = text
    if stem.utf8.count > 3, stem.hasSuffix("s"), !stem.hasSuffix("ss") { stem.removeLast() }
    return switch stem {
    case "grey": "gray"
    case "greyish": "grayish"
    case "colour": "color"
    default: stem
    }
  }
}

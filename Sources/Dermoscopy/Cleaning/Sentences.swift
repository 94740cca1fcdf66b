/// Cuts plain text into sentences.
///
/// A sentence ends at `.`, `!`, `?` or `…` before a blank, at a full stop squeezed between a small and a capital letter,
/// and at a line's end. Abbreviations, decimals and list numbers do not end it. What comes before a stop decides,
/// never what comes after the blank, so that a sentence keeps its bounds when its neighbours are taken out.
enum Sentences {
  /// The sentences, blank ends trimmed and inner blanks single; none is empty.
  static func split(_ text: [Unicode.Scalar]) -> [[Unicode.Scalar]] {
    var sentences: [[Unicode.Scalar]] = []
    var sentence: [Unicode.Scalar] = []
    func finish() {
      while sentence.last == " " { sentence.removeLast() }
      if !sentence.isEmpty { sentences.append(sentence) }
      sentence.removeAll()
    }
    for (index, scalar) in text.enumerated() {
      if scalar.isBlank {
        if scalar.isLineEnd || ends(sentence) {
          finish()
        } else if let last = sentence.last, last != " " {
          sentence.append(" ")
        }
        continue
      }
      if scalar.properties.isUppercase, sentence.last == ".", index > 1, text[index - 2].properties.isLowercase,
        ends(sentence)
      {
        finish()
      } else if let last = sentence.last, isWide(last), !isWide(scalar), !closers.contains(scalar) {
        finish()
      }
      sentence.append(scalar)
    }
    finish()
    return sentences
  }

  /// Whether a sentence ends by itself, rather than because its line does.
  static func ends(_ sentence: [Unicode.Scalar]) -> Bool {
    var end = sentence.count
    while end > 0, closers.contains(sentence[end - 1]) { end -= 1 }
    guard end > 0, isStop(sentence[end - 1]) else { return false }
    guard sentence[end - 1] == ".", end == 1 || !isStop(sentence[end - 2]) else { return true }
    return !Abbreviations.protect(sentence, stopAt: end - 1, from: 0)
  }

  private static let closers: Set<Unicode.Scalar> = [
    "\"", "'", ")", "]", "}", "\u{201D}", "\u{2019}", "\u{BB}", "\u{300D}", "\u{FF09}",
  ]

  private static func isStop(_ scalar: Unicode.Scalar) -> Bool {
    scalar == "." || scalar == "!" || scalar == "?" || scalar == "\u{2026}" || isWide(scalar)
  }

  /// The full stops of scripts that put no blank after them.
  private static func isWide(_ scalar: Unicode.Scalar) -> Bool {
    scalar == "\u{3002}" || scalar == "\u{FF01}" || scalar == "\u{FF1F}"
  }
}

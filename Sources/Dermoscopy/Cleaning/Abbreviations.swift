/// Full stops that end no sentence.
enum Abbreviations {
  private static let words: Set<String> = [
    "approx", "avg", "ca", "cf", "diam", "dr", "fig", "figs", "incl", "max", "min", "mr", "mrs", "ms", "prof", "resp",
    "viz", "vs",
  ]
  private static let longest = 6

  /// Whether the full stop at an index belongs to an abbreviation ("approx.", "e.g.") or to a list's number ("1.").
  ///
  /// Only the text before the full stop counts, back to the beginning of the sentence, so that a sentence is treated
  /// the same whatever surrounds it.
  static func protect(
    _ scalars: [Unicode.Scalar], stopAt index: Int, from sentence: Int
  ) -> Bool {
    guard index > sentence, index <= scalars.count else { return false }
    var start = index
    while start > sentence, index - start <= longest, scalars[start - 1].isLetter { start -= 1 }
    if start < index {
      if index - start == 1 {  // e.g., i.e.
        return start - 2 >= sentence && scalars[start - 1] == "." && scalars[start - 2].isLetter
      }
      return (start == sentence || !scalars[start - 1].isLetterOrDigit)
        && words.contains(String(scalars: scalars[start..<index]).lowercased())
    }
    return index - sentence <= ListNumber.mostDigits && scalars[sentence..<index].allSatisfy { $0.isDigit }
  }
}

/// The number of a list's item.
enum ListNumber {
  static let mostDigits = 3
}

/// What a text is made of, by the seed's measures: shares of all its characters (Unicode scalars), without white space at the ends.
struct Legibility: Sendable {
  /// Above this share of characters beyond ASCII a text is not taken for English.
  static let mostNonASCII = 0.30
  /// Below this share of letters a text is not taken for language.
  static let fewestLetters = 0.40

  private var count = 0
  private var nonASCII = 0
  private var letters = 0

  init(_ scalars: some RandomAccessCollection<Unicode.Scalar>) {
    for scalar in scalars.trimmed {
      count += 1
      if !scalar.isASCII { nonASCII += 1 }
      if scalar.isLetter { letters += 1 }
    }
  }

  init(_ text: String) { self.init(Array(text.unicodeScalars)) }

  var hasExcessiveNonASCII: Bool { Double(nonASCII) > Double(count) * Self.mostNonASCII }
  var hasTooFewLetters: Bool { Double(letters) < Double(count) * Self.fewestLetters }
}

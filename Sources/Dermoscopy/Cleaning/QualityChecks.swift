/// Computes the quality flags of a model's output.
///
/// Every result is in the order of `QualityFlag.allCases`.
public struct QualityChecks: Sendable {
  /// The longest classification that is not verbose, in characters (Unicode scalars), without white space at the ends.
  public static let longestClassification = 50
  /// The shortest description that is not too short, in characters, without white space at the ends.
  public static let shortestDescription = 30

  private let refusals: RefusalFinder
  private let comparison: WordFinder
  private let additional: WordFinder
  private let codes: WordFinder
  private let choices: [LesionCode]

  /// Checks by a protocol's lists.
  ///
  /// - Parameters:
  ///   - refusals: refusal phrases.
  ///   - comparisonWords: of which a description that compares has at least one; empty for no such check.
  ///   - additionalWords: of which a description that adds to the observations has at least one; empty for no such check.
  ///   - codes: those that a classification may give.
  public init(
    refusals: [String], comparisonWords: [String] = [], additionalWords: [String] = [],
    codes: [LesionCode] = LesionCode.allCases
  ) {
    self.refusals = RefusalFinder(refusals)
    comparison = WordFinder(comparisonWords)
    additional = WordFinder(additionalWords)
    self.codes = WordFinder(LesionCode.allCases.map(\.rawValue))
    choices = codes
    checksComparison = !comparisonWords.isEmpty
    checksAdditional = !additionalWords.isEmpty
  }

  private let checksComparison: Bool
  private let checksAdditional: Bool

  /// The flags of the answer to one of Phase 1's questions.
  ///
  /// - Parameter raw: what the model wrote, untouched.
  public func flags(ofObservation raw: String) -> [QualityFlag] { ordered(common(raw)) }

  /// The flags of Phase 2's description.
  ///
  /// What went wrong in the writing is judged by the raw text. What the description says (its length, a code in it, its
  /// comparison and additions) is judged by the cleaned text, which Phase 3 reads; a description of which nothing is left
  /// has `empty` or `cleaning_emptied` for all of these.
  public func flags(ofDescription description: CleanedDescription) -> [QualityFlag] {
    var flags = common(description.raw)
    if flags.contains(.empty) { return ordered(flags) }
    let legibility = Legibility(description.raw)
    if legibility.hasExcessiveNonASCII { flags.insert(.excessiveNonASCII) }
    if legibility.hasTooFewLetters { flags.insert(.lowAlphaRatio) }
    let text = description.cleaned
    guard !text.isBlank else {
      flags.insert(.cleaningEmptied)
      return ordered(flags)
    }
    if Array(text.unicodeScalars).trimmed.count < Self.shortestDescription { flags.insert(.tooShort) }
    if codes.isAnyIn(text) { flags.insert(.classificationLeakage) }
    if checksComparison, !comparison.isAnyIn(text) { flags.insert(.noComparison) }
    if checksAdditional, !additional.isAnyIn(text) { flags.insert(.noAdditionalFindings) }
    return ordered(flags)
  }

  /// The flags of Phase 3's classification by the model.
  ///
  /// - Parameter raw: what the model wrote, untouched; an empty one is `invalid_code` as well as `empty`.
  public func flags(ofClassification raw: String) -> [QualityFlag] {
    var flags = common(raw)
    let reading = CodeReader.read(raw, codes: choices)
    if Array(raw.unicodeScalars).trimmed.count > Self.longestClassification { flags.insert(.verboseOutput) }
    if reading.mentioned.count > 1 { flags.insert(.multipleCodes) }
    if reading.code == nil { flags.insert(.invalidCode) }
    return ordered(flags)
  }

  /// Checks for any output; a refusal inside thinking text does not count.
  private func common(_ raw: String) -> Set<QualityFlag> {
    if raw.isBlank { return [.empty] }
    var flags: Set<QualityFlag> = []
    let thinking = ThinkingText(raw)
    if refusals.isRefusal(String(scalars: thinking.answer)) { flags.insert(.guardrail) }
    if RepeatFinder.containsRepeat(raw) { flags.insert(.gibberishRepeat) }
    if LeakedToken.all(in: Array(raw.unicodeScalars)).contains(where: \.isSpecial) { flags.insert(.specialTokenLeak) }
    if thinking.isLeaked { flags.insert(.thinkingLeak) }
    return flags
  }

  private func ordered(_ flags: Set<QualityFlag>) -> [QualityFlag] { QualityFlag.allCases.filter(flags.contains) }
}

/// Reads which of the codes a classification's text names.
public struct CodeReader: Sendable {
  /// Reads a model's text.
  ///
  /// A code counts as a whole word in upper or lower case, and so does the name of its diagnosis; thinking text is
  /// removed first. The first mention that the text does not deny decides ("not MEL but NV" is NV), unless a later one
  /// is called the answer ("…, so the answer is NV"). A list of all codes in question only echoes the question and
  /// decides nothing.
  ///
  /// - Parameters:
  ///   - raw: what the model wrote, untouched.
  ///   - codes: those that it may decide for.
  public static func read(_ raw: String, codes: [LesionCode] = LesionCode.allCases) -> CodeReading {
    let statements = Statements(
      ThinkingText(raw).plainAnswer, lexicon: names, denialCrossesCommas: false)
    var mentioned: [LesionCode] = []
    for mention in statements.mentions {
      if case .code(let code) = mention.meaning, !mentioned.contains(code) { mentioned.append(code) }
    }
    var first: LesionCode?
    for group in statements.groups {
      let stated = group.mentions.compactMap { mention -> (code: LesionCode, word: Int)? in
        guard case .code(let code) = mention.meaning, mention.isAffirmed, codes.contains(code) else { return nil }
        return (code, mention.range.lowerBound)
      }
      let named = Set(stated.map(\.code))
      if named.count >= fewestInEcho, named.count == Set(codes).count { continue }
      if let answer = stated.first(where: { isCalledAnswer(at: $0.word, in: statements) }) {
        return CodeReading(code: answer.code, mentioned: mentioned)
      }
      first = first ?? stated.first?.code
    }
    return CodeReading(code: first, mentioned: mentioned)
  }

  private enum Name: Sendable, Hashable {
    case code(LesionCode)
    /// A diagnosis that none of the codes stands for, though its name holds the name of one that does.
    case other
  }

  /// How many codes a list of all of them has at least; two may be a genuine answer.
  private static let fewestInEcho = 3

  private static let names = Lexicon<Name>(
    LesionCode.allCases.map { (wording: $0.rawValue, meaning: .code($0)) }
      + LesionCode.allCases.flatMap { code in code.names.map { (wording: $0, meaning: .code(code)) } }
      + [("actinic keratosis", .other), ("actinic keratoses", .other)])

  /// Whether the words before a mention are "the answer is", "code:", "diagnosis: most likely" or the like.
  private static func isCalledAnswer(at word: Int, in statements: Statements<Name>) -> Bool {
    let called: Set<String> = ["answer", "code", "classification", "diagnosis", "choose", "select"]
    let between: Set<String> = ["is", "be", "would", "most", "likely", "probably", "a", "an", "the", "therefore"]
    var index = word - 1
    while index >= 0, word - index <= Grammar.reach, statements.words[index + 1].separator != .stop {
      if called.contains(statements.words[index].text) { return true }
      guard between.contains(statements.words[index].text) else { return false }
      index -= 1
    }
    return false
  }
}

extension LesionCode {
  /// Names of the diagnosis that a model may write instead of the code.
  fileprivate var names: [String] {
    switch self {
    case .melanoma: ["melanoma", "malignant melanoma", "melanoma in situ", "lentigo maligna"]
    case .nevus: ["nevus", "naevus", "nevi", "naevi", "mole", "melanocytic nevus", "melanocytic naevus"]
    case .basalCellCarcinoma: ["basal cell carcinoma", "basal cell", "basalioma"]
    case .benignKeratosis:
      [
        "benign keratosis", "benign keratoses", "keratosis", "seborrheic keratosis", "seborrhoeic keratosis",
        "seborrheic keratoses", "seborrhoeic keratoses", "solar lentigo", "lichen planus-like keratosis",
      ]
    }
  }
}

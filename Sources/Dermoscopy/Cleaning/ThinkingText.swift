/// A model's text, split into thinking and answer.
///
/// Thinking is what stands between `<think>` and `</think>`, or between `<unused94>` and `<unused95>` as MedGemma 1.5
/// writes it. Without its end it reaches to the end of the text. An end without its beginning closes thinking that
/// began with the text (the beginning stood in the prompt), provided that an answer follows.
struct ThinkingText: Sendable {
  /// The text without the thinking, with a line break where some was removed.
  private(set) var answer: [Unicode.Scalar] = []
  /// What was cut, with its marks.
  private(set) var thoughts: [String] = []
  /// Whether any mark of thinking was found, cut or not.
  private(set) var isLeaked = false

  init(_ text: String) { self.init(Array(text.unicodeScalars)) }

  init(_ scalars: [Unicode.Scalar]) {
    let tokens = LeakedToken.all(in: scalars)
    let lastClose = tokens.last { $0.closesThought }?.range.lowerBound ?? -1
    let lastContent = Self.lastContent(of: scalars, besides: tokens)
    var kept = 0
    var opening: Int?
    for token in tokens {
      if let start = opening {
        guard token.closesThought else { continue }
        cut(scalars[start..<token.range.upperBound])
        opening = nil
        kept = token.range.upperBound
      } else if token.kind == .opensThought
        || token.kind == .mayOpenThought
          && (lastClose > token.range.lowerBound || Self.saysThought(scalars, at: token.range.upperBound))
      {
        answer += scalars[kept..<token.range.lowerBound]
        opening = token.range.lowerBound
      } else if token.closesThought {
        isLeaked = true
        guard lastContent >= token.range.upperBound else { continue }
        cut(scalars[kept..<token.range.upperBound])
        kept = token.range.upperBound
      }
    }
    if let start = opening { cut(scalars[start...]) } else { answer += scalars[kept...] }
  }

  private mutating func cut(_ thought: ArraySlice<Unicode.Scalar>) {
    isLeaked = true
    thoughts.append(String(scalars: thought.trimmed))
    answer.append("\n")
  }

  /// The index of the last scalar that is neither blank nor in a token; -1 without any.
  private static func lastContent(of scalars: [Unicode.Scalar], besides tokens: [LeakedToken]) -> Int {
    var end = scalars.count
    for token in tokens.reversed() {
      if let index = scalars[token.range.upperBound..<end].lastIndex(where: { !$0.isBlank }) { return index }
      end = token.range.lowerBound
    }
    return scalars[..<end].lastIndex { !$0.isBlank } ?? -1
  }

  private static func saysThought(_ scalars: [Unicode.Scalar], at index: Int) -> Bool {
    let word = scalars[index...].drop { $0.isBlank }.prefix(7)
    return String(scalars: word).lowercased() == "thought"
  }
}

extension LeakedToken {
  var closesThought: Bool { kind == .closesThought || kind == .mayCloseThought }
}

extension ThinkingText {
  /// The answer as a person would have written it: leaked tokens are gone, and so is everything that follows the end
  /// of the model's turn.
  var plainAnswer: String {
    var plain: [Unicode.Scalar] = []
    var kept = 0
    for token in LeakedToken.all(in: answer) {
      plain += answer[kept..<token.range.lowerBound]
      kept = token.range.upperBound
      if token.kind == .endsTurn, plain.contains(where: { !$0.isBlank }) { return String(scalars: plain) }
      plain.append("\n")
    }
    plain += answer[kept...]
    return String(scalars: plain)
  }
}

/// A description before and after cleaning.
public struct CleanedDescription: Sendable, Hashable, Codable {
  /// What the model wrote, untouched.
  public var raw: String
  /// The sentences that remain, on one line, without markdown.
  public var cleaned: String
  /// What was taken out, thinking text first, then in the order of the text.
  public var removed: [RemovedSentence]

  /// A cleaned description.
  public init(raw: String, cleaned: String, removed: [RemovedSentence]) {
    self.raw = raw
    self.cleaned = cleaned
    self.removed = removed
  }
}

/// A sentence, or another piece, that cleaning took out of a description.
public struct RemovedSentence: Sendable, Hashable, Codable {
  /// Why something is taken out.
  public enum Reason: String, Sendable, Codable, CaseIterable {
    /// What the model thought aloud.
    case thinking
    /// A special token, or the sentence that it is in.
    case specialToken = "special_token"
    /// A sentence with a refusal phrase.
    case refusal
    /// A sentence with repeated text (`RepeatFinder`).
    case gibberish
    /// A sentence of over 30 % characters beyond ASCII.
    case nonASCII = "non_ascii"
    /// A sentence of under 40 % letters.
    case lowAlpha = "low_alpha"
  }

  /// What was taken out, without markdown.
  public var sentence: String
  /// Why.
  public var reason: Reason

  /// A removed sentence.
  public init(sentence: String, reason: Reason) {
    self.sentence = sentence
    self.reason = reason
  }
}

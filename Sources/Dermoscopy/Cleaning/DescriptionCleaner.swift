/// Removes from a description what does not belong in it: thinking text, leaked tokens, refusals and gibberish.
///
/// Cleaning works sentence by sentence and records what it removes and why. The result is clean: cleaning it again
/// changes nothing. It takes linear time.
public struct DescriptionCleaner: Sendable {
  private let refusals: RefusalFinder

  /// A cleaner.
  ///
  /// - Parameter refusals: the protocol's refusal phrases.
  public init(refusals: [String]) {
    self.refusals = RefusalFinder(refusals)
  }

  /// Cleans a description.
  ///
  /// A leaked token at the beginning or end of a sentence is removed alone; one inside it removes the whole sentence.
  ///
  /// - Parameter raw: what the model wrote, untouched.
  public func clean(_ raw: String) -> CleanedDescription {
    let thinking = ThinkingText(Markdown.stripped(raw))
    var removed = thinking.thoughts.map { RemovedSentence(sentence: $0, reason: .thinking) }
    var kept: [String] = []
    var open: (text: [Unicode.Scalar], removedBefore: Int)?
    for sentence in Sentences.split(Self.spaced(thinking.answer)) {
      let (text, tokens) = Self.withoutEdges(sentence)
      removed += tokens.map { RemovedSentence(sentence: $0, reason: .specialToken) }
      guard !text.isEmpty else { continue }
      if let reason = reason(toRemove: text) {
        removed.append(RemovedSentence(sentence: String(scalars: text), reason: reason))
        continue
      }
      // A sentence that is followed by others gets a full stop, so that they do not run together; it must also be clean
      // with it.
      if let (last, removedBefore) = open {
        let stopped = Self.stopped(last)
        if let reason = reason(toRemove: stopped) {
          removed.insert(RemovedSentence(sentence: String(scalars: last), reason: reason), at: removedBefore)
        } else {
          kept.append(String(scalars: stopped))
        }
        open = nil
      }
      if Sentences.ends(text) { kept.append(String(scalars: text)) } else { open = (text, removed.count) }
    }
    if let (last, _) = open { kept.append(String(scalars: last)) }
    return CleanedDescription(raw: raw, cleaned: kept.joined(separator: " "), removed: removed)
  }

  private func reason(toRemove sentence: [Unicode.Scalar]) -> RemovedSentence.Reason? {
    if !LeakedToken.all(in: sentence).isEmpty { return .specialToken }
    let text = String(scalars: sentence)
    if refusals.isRefusal(text) { return .refusal }
    if RepeatFinder.containsRepeat(text) { return .gibberish }
    let legibility = Legibility(sentence)
    if legibility.hasExcessiveNonASCII { return .nonASCII }
    if legibility.hasTooFewLetters { return .lowAlpha }
    return nil
  }

  /// The text with a blank before and after each leaked token.
  private static func spaced(_ text: [Unicode.Scalar]) -> [Unicode.Scalar] {
    var spaced: [Unicode.Scalar] = []
    spaced.reserveCapacity(text.count)
    var copied = 0
    for token in LeakedToken.all(in: text) {
      spaced += text[copied..<token.range.lowerBound]
      spaced.append(" ")
      spaced += text[token.range]
      spaced.append(" ")
      copied = token.range.upperBound
    }
    return spaced + text[copied...]
  }

  /// A sentence without the tokens and list marks at its ends, and those tokens.
  private static func withoutEdges(_ sentence: [Unicode.Scalar]) -> (text: [Unicode.Scalar], tokens: [String]) {
    var text = sentence[...]
    var tokens: [String] = []
    let found = LeakedToken.all(in: sentence)
    for token in found {
      text = Markdown.withoutMarks(text)
      guard token.range.lowerBound == text.startIndex else { break }
      tokens.append(String(scalars: sentence[token.range]))
      text = text[token.range.upperBound...]
    }
    text = Markdown.withoutMarks(text).trimmed
    var last: [String] = []
    for token in found.reversed() {
      guard token.range.upperBound == text.endIndex, token.range.lowerBound >= text.startIndex else { break }
      last.append(String(scalars: sentence[token.range]))
      text = text[..<token.range.lowerBound].trimmed
    }
    return (Array(Markdown.withoutMarks(text)), tokens + last.reversed())
  }

  private static func stopped(_ sentence: [Unicode.Scalar]) -> [Unicode.Scalar] {
    var stopped = sentence
    stopped.append(".")
    // After "approx" one full stop is the abbreviation's own.
    if !Sentences.ends(stopped) { stopped.append(".") }
    return stopped
  }
}

/// Maps a model's answer to a question onto the form's canonical values.
///
/// Only whole words count, in any case, number and spelling that means the same. Thinking text, leaked tokens and
/// markdown are seen through; what the answer denies ("no dots, but streaks") or cannot tell is left out; questions
/// that it repeats are no answers, unless there is nothing else.
public struct AnswerReader: Sendable {
  let form: AnswerForm
  /// The form's word for nothing, if it is one of the form's values.
  private let none: String?
  private let lexicon: Lexicon<String>
  /// The last word of each thing that the question is about: a network, openings or cysts.
  let subjects: Set<String>

  /// A reader.
  ///
  /// - Parameters:
  ///   - form: what an answer may be.
  ///   - subject: what a yes-or-no question is about, as its label says ("Pigment network"); with it, an answer that
  ///     only names the thing ("There is an atypical network") is understood. May be empty.
  public init(form: AnswerForm, subject: String = "") {
    self.form = form
    // If two words of a form have the same letters, values come first, then synonyms in alphabetical order.
    var entries = form.values.map { (wording: $0, meaning: $0) }
    let meanings = form.kind == .yesNo ? Set([Self.yes, Self.no]) : Set(form.values)
    entries += form.synonyms.sorted { $0.key < $1.key }.filter { meanings.contains($0.value) }
      .map { (wording: $0.key, meaning: $0.value) }
    none = form.none.flatMap { meanings.contains($0) ? $0 : nil }
    if let none { entries.append((wording: "none", meaning: none)) }
    if form.kind == .yesNo { entries += Self.yesOrNo }
    lexicon = Lexicon(entries)
    let about = Wording(subject).words
    let ends = about.indices.filter { index in
      about[safe: index + 1].map { Grammar.joining.contains($0.text) || $0.separator > .slash } ?? true
    }
    subjects = Set(ends.map { about[$0].stem })
  }

  static let yes = "yes"
  static let no = "no"
  private static let yesOrNo = [
    (wording: "yes", meaning: yes), ("yeah", yes), ("yep", yes), ("true", yes), ("affirmative", yes),
    ("no", no), ("nope", no), ("false", no), ("none", no),
  ]

  /// The canonical value of an answer: one of the form's values, for `many` several in the form's order joined by ", ",
  /// or ``Observation/unclear``.
  ///
  /// - Parameter raw: what the model wrote, untouched.
  public func value(of raw: String) -> String {
    let statements = Statements(
      ThinkingText(raw).plainAnswer, lexicon: lexicon, denialCrossesCommas: form.kind == .many)
    return value(of: statements, asked: false) ?? value(of: statements, asked: true) ?? Observation.unclear
  }

  private func value(of statements: Statements<String>, asked: Bool) -> String? {
    switch form.kind {
    case .one: one(of: statements, asked: asked)
    case .many: many(of: statements, asked: asked)
    case .yesNo: yesNo(of: statements, asked: asked)
    }
  }

  /// The first value that is stated.
  ///
  /// "Round or oval" states neither, nor does a list of all values (the question's echo); a later statement decides, or
  /// else nothing does. When all values but one are denied, it is that one.
  private func one(of statements: Statements<String>, asked: Bool) -> String? {
    for group in statements.groups {
      let stated = group.mentions.filter { $0.isAffirmed && (asked || !$0.isAsked) }
      guard let first = stated.first else { continue }
      let values = Set(stated.map(\.meaning))
      let isEcho = values.count > 2 && values.count == form.values.count
      if values.count == 1 || !group.isAlternative && !isEcho { return first.meaning }
    }
    let denied = Set(statements.mentions.filter { $0.isDenied && !$0.isDoubted }.map(\.meaning))
    let affirmed = Set(statements.mentions.filter(\.isAffirmed).map(\.meaning))
    let left = form.values.filter { !denied.contains($0) }
    return left.count == 1 && denied.count > 1 && affirmed.isEmpty ? left.first : nil
  }

  /// All values that are stated; of a value that is both stated and denied, the first mention counts.
  ///
  /// An answer that begins with "none" is that, whatever it explains afterwards. "Dots or globules" states both, but
  /// "dots, globules or none" is the question's echo and states nothing.
  private func many(of statements: Statements<String>, asked: Bool) -> String? {
    var verdicts: [String: Bool] = [:]
    var echoed: Set<Int> = []
    for group in statements.groups {
      let mentions = group.mentions.filter { !$0.isDoubted && (asked || !$0.isAsked) }
      let isEcho = group.isAlternative && mentions.count > 1 && mentions.contains { $0.meaning == none }
      if isEcho { echoed.formUnion(mentions.lazy.map(\.range.lowerBound)) }
      for mention in mentions where !isEcho && verdicts[mention.meaning] == nil {
        verdicts[mention.meaning] = !mention.isDenied
      }
    }
    guard let none else { return joined(verdicts) }
    let saysNothing = beginsWithNone(statements, none: none, asked: asked)
    if !saysNothing, let values = joined(verdicts.filter { $0.key != none }) { return values }
    let isDenied = verdicts.contains { $0.key == none ? $0.value : !$0.value }
    let isAbsent = presence(in: statements, asked: asked, besides: echoed)?.isThere == false
    return saysNothing || isDenied || isAbsent ? none : nil
  }

  private func joined(_ verdicts: [String: Bool]) -> String? {
    var given: Set<String> = []
    let values = form.values.filter { verdicts[$0] == true && given.insert($0).inserted }
    return values.isEmpty ? nil : values.joined(separator: ", ")
  }

  private func beginsWithNone(_ statements: Statements<String>, none: String, asked: Bool) -> Bool {
    let lead = statements.mentions.first { asked || !$0.isAsked }
    guard let lead, lead.meaning == none, lead.isAffirmed else { return false }
    let start = statements.words[..<lead.range.lowerBound].lastIndex { $0.isAsked }.map { $0 + 1 } ?? 0
    guard statements.words[start..<lead.range.lowerBound].allSatisfy({ Grammar.preliminary.contains($0.text) }) else {
      return false
    }
    let end =
      statements.words[lead.range.upperBound...].firstIndex { $0.separator == .stop } ?? statements.words.endIndex
    return !statements.mentions.contains {
      $0.range.lowerBound < end && $0.meaning != none && $0.isAffirmed
    }
  }
}

extension Array {
  subscript(safe index: Int) -> Element? { indices.contains(index) ? self[index] : nil }
}

/// What a review says of the notes: to which of them it objects.
///
/// It goes clause by clause. A clause objects if it says "inconsistent", "contradicts" or the like, or denies that something is
/// consistent, matches or agrees. It objects to the notes that it names by label or word; if it names none, to all.
/// "Inconsistent" contains "consistent", and "no note is inconsistent" objects to nothing, so words are compared whole.
public struct ReviewReading: Sendable, Hashable {
  private struct Clause: Sendable, Hashable {
    var stems: [String]
    var namesAny: Bool
  }

  private let objections: [Clause]

  /// Reads a description.
  ///
  /// - Parameters:
  ///   - description: Phase 2's cleaned text.
  ///   - readingProtocol: its questions are what notes are about.
  public init(_ description: String, readingProtocol: ReadingProtocol) {
    let known = Set(
      readingProtocol.questions.flatMap { question in
        Self.names(of: question, value: question.answer.values.joined(separator: ","))
      })
    objections = Self.clauses(of: description).filter(Self.objects).map { words in
      let stems = words.map(\.stem)
      return Clause(stems: stems, namesAny: stems.contains(where: known.contains))
    }
  }

  /// Whether it objects to a note.
  ///
  /// - Parameters:
  ///   - question: what the note is about.
  ///   - value: the note's words.
  public func objects(to question: Question, value: String) -> Bool {
    let names = Self.names(of: question, value: value)
    return objections.contains { clause in !clause.namesAny || clause.stems.contains(where: names.contains) }
  }

  /// The words by which a note is named: the last word of its label and the words of its value; yes and no name nothing.
  private static func names(of question: Question, value: String?) -> Set<String> {
    let values: [String] = (value ?? "").split(separator: ",").map { String($0.drop { $0 == " " }) }
    let texts =
      [question.label, question.id] + values.filter { !["yes", "no", "none", Observation.unclear].contains($0) }
    return Set(texts.compactMap { Wording($0).words.last?.stem })
  }

  private static let turns: Set<String> = ["but", "however", "while", "wherea", "although", "though", "except"]
  private static let objecting: Set<String> = [
    "inconsistent", "inconsistency", "contradict", "contradicted", "contradicting", "contradiction", "contradictory",
    "disagree", "disagrees", "disagreement", "incorrect", "incorrectly", "mismatch", "wrong", "wrongly", "false",
    "refuted",
  ]
  private static let agreeing: Set<String> = [
    "consistent", "match", "matche", "matches", "matching", "agree", "agrees", "confirm", "confirmed", "correct",
    "support",
    "supported", "fit", "accurate",
  ]
  private static let denying: Set<String> = [
    "no", "not", "none", "never", "nothing", "without", "cannot", "don't", "doesn't", "isn't", "aren't", "didn't",
    "nor",
  ]
  /// Words before a word in which a denial still reaches it.
  private static let reach = 6

  private static func clauses(of text: String) -> [[Wording.Word]] {
    var clauses: [[Wording.Word]] = [[]]
    for word in Wording(text).words {
      if word.separator == .stop || turns.contains(word.stem) { clauses.append([]) }
      clauses[clauses.count - 1].append(word)
    }
    return clauses.filter { !$0.isEmpty }
  }

  private static func objects(_ words: [Wording.Word]) -> Bool {
    words.indices.contains { place in
      // A denial does not reach over a comma.
      let comma = words[...place].lastIndex { $0.separator >= .comma } ?? 0
      let isDenied = words[max(comma, place - reach)..<max(place, comma)].contains { denying.contains($0.stem) }
      let word = words[place].stem
      return objecting.contains(word) ? !isDenied : agreeing.contains(word) && isDenied
    }
  }
}

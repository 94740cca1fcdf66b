import Dermoscopy

/// A request to classify notes without their image: which code would other observations give?
///
/// Observations may hold only the protocol's own words; one that is left out counts as unclear. The examiner cleans the
/// description as it does Phase 2's.
public struct NotesClassification: Sendable {
  /// Characters of a description that are taken; Phase 2's own are far shorter.
  public static let longestDescription = 4_000

  /// Why notes cannot be classified.
  public enum Refusal: Error, Equatable {
    /// The protocol classifies in view of the image.
    case needsImage
    /// The description is longer than ``NotesClassification/longestDescription``.
    case longDescription
    /// An observation answers a question that the protocol does not ask; the questions that it asks.
    case unknownQuestion(asked: [String])
    /// An observation holds other words than the protocol's; the question, and its words.
    case unknownWord(question: String, known: [String])
  }

  private let observations: Observations
  private let description: String?
  private let seed: UInt64

  /// Checks notes against an engine's protocol.
  ///
  /// - Parameters:
  ///   - notes: the words of each observation, separated by commas, by question.
  ///   - description: the description, if any.
  ///   - seed: the seed of the random numbers.
  ///   - readingProtocol: the protocol that they are of.
  /// - Throws: ``Refusal``.
  public init(
    _ notes: [String: String], description: String?, seed: UInt64, by readingProtocol: ReadingProtocol
  ) throws(Refusal) {
    let questions = readingProtocol.questions
    guard readingProtocol.classification.method != .scored else { throw .needsImage }
    guard description?.count ?? 0 <= Self.longestDescription else { throw .longDescription }
    guard notes.keys.allSatisfy({ key in questions.contains { $0.id == key } }) else {
      throw .unknownQuestion(asked: questions.map(\.id))
    }
    var entries: [(String, Observation)] = []
    for question in questions {
      let value = notes[question.id] ?? Observation.unclear
      let words = value.split(separator: ",").map(Self.trimmed)
      let known = question.answer.values + [Observation.unclear]
      guard !words.isEmpty, words.count <= known.count, words.allSatisfy(known.contains) else {
        throw .unknownWord(question: question.id, known: known)
      }
      entries.append((question.id, Observation(value: words.joined(separator: ", "), raw: "")))
    }
    observations = Observations(entries)
    self.description = description
    self.seed = seed
  }

  private static func trimmed(_ word: Substring) -> String {
    String(word.drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed())
  }

  /// Classifies the notes.
  ///
  /// - Throws: a `Fault` for what the engine meets; `CancellationError`.
  public func run(on engine: any ReadingEngine) async throws -> ExaminationReport {
    let subject = ExaminationSubject(name: "notes", digest: nil, width: 0, height: 0)
    return try await engine.examiner.classify(
      observations, description: description, of: subject, seed: seed, log: ExaminationLog())
  }
}

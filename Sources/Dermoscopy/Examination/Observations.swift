import JSON

/// The answers to Phase 1's questions, in the protocol's order; in JSON an object of question id to observation.
public struct Observations: Sendable, Hashable {
  /// One question's answer.
  public struct Entry: Sendable, Hashable {
    /// The question's id.
    public let question: String
    /// Its answer.
    public let observation: Observation
  }

  /// All answers, in order.
  public let entries: [Entry]

  /// Observations in their order.
  public init(_ entries: [(question: String, observation: Observation)] = []) {
    self.entries = entries.map { Entry(question: $0.question, observation: $0.observation) }
  }

  /// The answer to a question.
  public subscript(question: String) -> Observation? {
    entries.first { $0.question == question }?.observation
  }

  /// The words of a question's value; none when it was not asked.
  public func words(of question: String) -> Set<String> {
    Set((self[question]?.value ?? "").split(separator: ",").map { $0.trimmingPrefix(" ") }.map(String.init))
  }
}

extension Observations: Codable {
  /// Writes the observations in their order.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: JSONKey.self)
    for entry in entries { try container.encode(entry.observation, forKey: JSONKey(entry.question)) }
  }

  /// Reads observations, in their order from a decoder that keeps it (``ExaminationReport/init(json:)``). Foundation's does
  /// not: from it, they are in alphabetical order.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: JSONKey.self)
    let keys =
      OrderedJSON.keepsOrder(decoder) ? container.allKeys : container.allKeys.sorted { $0.stringValue < $1.stringValue }
    entries = try keys.map {
      Entry(question: $0.stringValue, observation: try container.decode(Observation.self, forKey: $0))
    }
  }
}

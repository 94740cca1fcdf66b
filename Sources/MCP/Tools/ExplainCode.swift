import Dermoscopy
import JSON
import Records
import UseCases

/// `explain`: the code that other notes would give. Notes are left out or changed, and Phase 3 is asked again.
enum ExplainCode {
  /// What Phase 3 classified.
  private struct Notes: Sendable {
    var observations: [String: String]
    /// The questions in their order.
    var order: [String]
    var description: String?
  }

  /// One change of the notes.
  private struct Variant: Sendable {
    var dropped: [String] = []
    var changed: [(question: String, value: String)] = []
  }

  static func call(_ call: ToolCall) async throws -> ToolResult {
    let object = try call.arguments.object(
      knowing: ["examination_id", "observations", "description", "drop", "change", "seed"])
    let seed = try call.seed(object)
    let notes = try await notes(object, call)
    let variants = try variants(object, of: notes)
    let answers = try await call.host.perform(on: nil, for: call.client) { _, engine in
      var answers: [ExaminationReport] = []
      for (place, variant) in ([Variant()] + variants).enumerated() {
        call.progress(Double(place) / Double(variants.count + 1), 1, "Classifying the notes")
        answers.append(try await classify(notes, variant, seed: seed, on: engine))
      }
      return answers
    }
    guard let first = answers.first else { throw CancellationError() }
    return ToolResult([
      "before": side(first),
      "changes": .array(
        zip(variants, answers.dropFirst()).map { variant, report in
          .object(
            JSONValue.members([
              "dropped": .array(variant.dropped.map { .string($0) }),
              "changed": .object(variant.changed.map { JSONMember(key: $0.question, value: .string($0.value)) }),
              "after": side(report),
              "code_changes": .bool(report.diagnosis?.code != first.diagnosis?.code),
            ]))
        }),
    ])
  }

  private static func classify(
    _ notes: Notes, _ variant: Variant, seed: UInt64, on engine: any ReadingEngine
  ) async throws -> ExaminationReport {
    var observations = notes.observations
    for question in variant.dropped { observations[question] = nil }
    for (question, value) in variant.changed { observations[question] = value }
    let request: NotesClassification
    do throws(NotesClassification.Refusal) {
      request = try NotesClassification(
        observations, description: notes.description, seed: seed, by: engine.readingProtocol)
    } catch {
      throw ToolFailure(error)
    }
    return try await request.run(on: engine)
  }

  private static func side(_ report: ExaminationReport) -> JSONValue {
    .fields([
      "code": .text(report.diagnosis?.code.rawValue), "method": .text(report.diagnosis?.method.name),
      "probabilities": ReadLesion.probabilities(report.diagnosis), "flags": ReadLesion.flags(report.flags),
    ])
  }

  /// The notes of an examination that is kept, or those that a client has from a result.
  private static func notes(_ object: DocumentObject, _ call: ToolCall) async throws -> Notes {
    switch (object.optional("examination_id"), object.optional("observations")) {
    case (let node?, nil):
      if object.optional("description") != nil {
        throw ToolFailure.badArguments("description goes with observations; an examination has its own.")
      }
      guard let store = try await call.host.history() else { throw ToolFailure.noHistory }
      guard let id = RecordID(try node.line(1...RecordID.longest)),
        let report = try await store.examination(id)?.report
      else { throw ToolFailure.noSuchExamination }
      let entries = report.observations.entries
      return Notes(
        observations: Dictionary(entries.map { ($0.question, $0.observation.value) }) { first, _ in first },
        order: entries.map(\.question), description: report.description?.cleaned)
    case (nil, let node?):
      let entries = try values(node)
      let description = try object.optional("description").flatMap { node throws(ProtocolFault) -> String? in
        node.value == .null ? nil : try node.prompt(0...NotesClassification.longestDescription)
      }
      return Notes(
        observations: Dictionary(entries) { first, _ in first }, order: entries.map(\.0), description: description)
    default:
      throw ToolFailure.badArguments(
        "Give examination_id, or observations (and description) as read_lesion gives them.")
    }
  }

  private static func values(_ node: DocumentNode) throws(ProtocolFault) -> [(String, String)] {
    var values: [(String, String)] = []
    for (key, node) in try node.object().children { values.append((key, try node.line(0...1_000))) }
    return values
  }

  /// What was asked for; without any wish, each note left out in turn.
  private static func variants(_ object: DocumentObject, of notes: Notes) throws -> [Variant] {
    let dropped = try object.optional("drop").map { node throws(ProtocolFault) in
      try node.distinct(1...64) { node throws(ProtocolFault) in try node.line(1...200) }
    }
    let changed = try object.optional("change").map { node throws(ProtocolFault) in try values(node) }
    if let question = dropped?.first(where: { notes.observations[$0] == nil }) {
      throw ToolFailure.badArguments(
        "drop: there is no note \(JSONValue.string(question).text). There are \(notes.order.joined(separator: ", ")).")
    }
    guard dropped != nil || changed != nil else { return notes.order.map { Variant(dropped: [$0]) } }
    return [Variant(dropped: dropped ?? [], changed: changed ?? [])]
  }
}

extension ToolFailure {
  fileprivate init(_ refusal: NotesClassification.Refusal) {
    switch refusal {
    case .needsImage:
      self.init(
        reason: "nothing_to_drop", message: "This protocol classifies in view of the picture, not by notes.")
    case .longDescription:
      self = .badArguments("description has at most \(NotesClassification.longestDescription) characters.")
    case .unknownQuestion(let asked):
      self = .badArguments("The protocol's notes are \(asked.joined(separator: ", ")); there are no others.")
    case .unknownWord(let question, let known):
      self = .badArguments("\(question) may be one or more of: \(known.joined(separator: ", ")).")
    }
  }
}

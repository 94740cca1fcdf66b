/// Something that happened in an examination.
public enum ExaminationEvent: Sendable, Hashable {
  /// A step began.
  case phaseStarted(ExaminationPhase)
  /// A question was answered; they come in the order in which the answers end.
  case observation(question: String, Observation)
  /// The next piece of the description, as the model writes it.
  case descriptionText(String)
  /// The description is complete and cleaned.
  case descriptionCleaned(CleanedDescription)
  /// A code was chosen.
  case diagnosis(Diagnosis)
  /// All is done; the last event.
  case finished(ExaminationReport)
  /// The examination failed; the last event.
  case failed(ExaminationFailure)

  /// Whether nothing comes after it.
  public var isLast: Bool {
    switch self {
    case .finished, .failed: true
    default: false
    }
  }
}

/// An event with its place in the log.
public struct NumberedEvent: Sendable, Hashable {
  /// From 1, without gaps.
  public let number: Int
  /// What happened.
  public let event: ExaminationEvent
}

// `{"number": 3, "event": "observation", "question": "Network", "observation": {"value": "yes", "raw": " Yes."}}`
extension NumberedEvent: Codable {
  enum CodingKeys: String, CodingKey {
    case number, event, phase, question, observation, text, description, diagnosis, report, failure
  }

  enum Name: String, Codable {
    case phaseStarted = "phase_started"
    case observation
    case descriptionText = "description_text"
    case descriptionCleaned = "description_cleaned"
    case diagnosis
    case finished
    case failed
  }

  /// Writes the number, the event's name and what belongs to it.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(number, forKey: .number)
    try container.encode(event.name, forKey: .event)
    switch event {
    case .phaseStarted(let phase): try container.encode(phase, forKey: .phase)
    case .observation(let question, let observation):
      try container.encode(question, forKey: .question)
      try container.encode(observation, forKey: .observation)
    case .descriptionText(let text): try container.encode(text, forKey: .text)
    case .descriptionCleaned(let description): try container.encode(description, forKey: .description)
    case .diagnosis(let diagnosis): try container.encode(diagnosis, forKey: .diagnosis)
    case .finished(let report): try container.encode(report, forKey: .report)
    case .failed(let failure): try container.encode(failure, forKey: .failure)
    }
  }

  /// Reads what ``encode(to:)`` writes.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    number = try container.decode(Int.self, forKey: .number)
    event =
      switch try container.decode(Name.self, forKey: .event) {
      case .phaseStarted: .phaseStarted(try container.decode(ExaminationPhase.self, forKey: .phase))
      case .observation:
        .observation(
          question: try container.decode(String.self, forKey: .question),
          try container.decode(Observation.self, forKey: .observation))
      case .descriptionText: .descriptionText(try container.decode(String.self, forKey: .text))
      case .descriptionCleaned:
        .descriptionCleaned(try container.decode(CleanedDescription.self, forKey: .description))
      case .diagnosis: .diagnosis(try container.decode(Diagnosis.self, forKey: .diagnosis))
      case .finished: .finished(try container.decode(ExaminationReport.self, forKey: .report))
      case .failed: .failed(try container.decode(ExaminationFailure.self, forKey: .failure))
      }
  }
}

extension ExaminationEvent {
  fileprivate var name: NumberedEvent.Name {
    switch self {
    case .phaseStarted: .phaseStarted
    case .observation: .observation
    case .descriptionText: .descriptionText
    case .descriptionCleaned: .descriptionCleaned
    case .diagnosis: .diagnosis
    case .finished: .finished
    case .failed: .failed
    }
  }

  /// The event's name as its JSON and a server-sent event spell it: `phase_started`, `observation`, ….
  public var eventName: String { name.rawValue }
}

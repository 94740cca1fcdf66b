import Digests
import VisionLanguage

/// An examination taken apart, for an audit: each phase can be asked alone, and with something changed.
///
/// Sampled words change with one pixel, so an arm is compared by what is likely: Phase 1's words are the likeliest ones, and
/// the codes are scored. What is still sampled, Phase 2's text, has the seed of the original, whatever is changed.
///
/// Where a model gives no scores, as behind some endpoints, the greedy answer is what is likely: for words and for the code.
public struct ExaminationProbe: Sendable {
  private let session: ExaminationSession

  /// How Phase 1's words and Phase 3's code come about.
  public enum Words: Sendable, Hashable {
    /// The likeliest words; the codes are scored only.
    case likeliest
    /// The likeliest words; a code is written too.
    case likeliestAndCode
    /// Drawn by the protocol's sampling, as in any examination; a code is written.
    case drawn
  }

  /// A probe.
  ///
  /// - Parameters:
  ///   - model: that answers.
  ///   - readingProtocol: the protocol.
  ///   - seed: of what is drawn.
  ///   - original: the original's digest, from which all seeds of its arms derive.
  public init(
    _ model: any VisionLanguageModel, readingProtocol: ReadingProtocol, seed: UInt64, original: SHA256Digest
  ) {
    session = ExaminationSession(
      model: model, readingProtocol: readingProtocol,
      sampling: EffectiveSampling(of: readingProtocol, recommended: model.recommendedSampling),
      seeds: RequestSeeds(seed: seed, image: original), log: ExaminationLog())
  }

  private var readingProtocol: ReadingProtocol { session.readingProtocol }

  /// Goes through all phases.
  ///
  /// - Parameters:
  ///   - view: what is looked at; `nil` for no picture at all.
  ///   - words: how words and code come about.
  /// - Throws: the model's `Fault`, ``ModelContractFault``, `CancellationError`.
  public func examine(_ view: (any ImageContext)?, words: Words) async throws -> ProbedAnswer {
    let seen: any LanguageModel = view ?? session.model
    var state = ExaminationState()
    if readingProtocol.classification.method == .scored {
      let scores = try await session.scores(
        from: seen, after: readingProtocol.classification.prompt.filled(), prefix: prefix)
      state.add(scores)
      var answer = try weighed(scores, .direct).costing(state.counts)
      answer.code = answer.probabilities?.likeliest(of: readingProtocol.classification.codes)
      return answer
    }
    if words == .drawn {
      try await session.observe(in: seen, &state)
    } else {
      try await session.observeLikeliest(in: seen, &state)
    }
    try await session.review(in: seen, &state)
    var answer = try await classify(state.observations, state.description, writesCode: words != .likeliest)
    answer.counts += state.counts
    answer.prompts += readingProtocol.questions.count + (readingProtocol.review == nil ? 0 : 1)
    return answer
  }

  /// Phase 2 alone: what the review says of notes.
  ///
  /// - Parameters:
  ///   - notes: in canonical words.
  ///   - view: what is looked at.
  /// - Returns: the review, `nil` for a protocol without one, and its cost.
  /// - Throws: as ``examine(_:words:)``.
  public func review(
    _ notes: Observations, _ view: any ImageContext
  ) async throws -> (review: ReviewReading?, counts: ExaminationCounts) {
    var state = ExaminationState()
    state.observations = notes
    try await session.review(in: view, &state)
    return (state.description.map { ReviewReading($0.cleaned, readingProtocol: readingProtocol) }, state.counts)
  }

  /// Phase 3 alone, without the image.
  ///
  /// - Parameters:
  ///   - notes: in canonical words.
  ///   - description: the cleaned description; `nil` for none.
  ///   - prompt: in place of the protocol's.
  ///   - writesCode: whether a code is written besides the scores.
  /// - Throws: as ``examine(_:words:)``.
  public func classify(
    _ notes: Observations, _ description: CleanedDescription?, prompt: PromptTemplate? = nil, writesCode: Bool = false
  ) async throws -> ProbedAnswer {
    var state = ExaminationState()
    state.observations = notes
    state.description = description
    if writesCode, prompt == nil {
      let (diagnosis, scores) = try await session.classified(&state)
      if scores.unscored == nil {
        var answer = try weighed(scores, .classification).costing(state.counts)
        (answer.notes, answer.description, answer.code) = (notes, description, diagnosis.code)
        return answer
      }
    }
    let template = prompt ?? readingProtocol.classification.prompt
    let text = readingProtocol.filled(template, notes: notes, description: description)
    let scores = try await session.scores(from: session.model, after: text, prefix: template.prefix)
    state.add(scores)
    guard scores.unscored == nil else {
      let code = try await session.likeliestCode(after: text, prefix: template.prefix, &state)
      return ProbedAnswer(notes: notes, description: description, probabilities: nil, code: code).costing(state.counts)
    }
    var answer = try weighed(scores, .classification).costing(state.counts)
    (answer.notes, answer.description) = (notes, description)
    return answer
  }

  /// Why the model gives no probabilities; `nil` if it does.
  ///
  /// - Throws: as ``examine(_:words:)``.
  public func reasonWithoutProbabilities() async throws -> String? {
    try await session.scores(from: session.model, after: readingProtocol.classification.prompt.filled(), prefix: "")
      .unscored
  }

  /// The codes scored in view of the image after a prompt of other words, for a protocol that only scores.
  ///
  /// - Throws: as ``examine(_:words:)``.
  public func score(_ prompt: PromptTemplate, _ view: any ImageContext) async throws -> ProbedAnswer {
    var state = ExaminationState()
    let scores = try await session.scores(from: view, after: prompt.filled(), prefix: "")
    state.add(scores)
    return try weighed(scores, .direct).costing(state.counts)
  }

  /// The codes' probabilities, with those before the model's calibration where it carries one.
  ///
  /// - Throws: ``NoProbabilities`` where there are none: a protocol that only scores has nothing else.
  private func weighed(_ scores: LabelScores, _ subject: Calibration.Subject) throws -> ProbedAnswer {
    let calibration = Calibration(of: session.model, for: subject)
    guard let probabilities = calibration.probabilities(scores) else {
      throw NoProbabilities(protocolID: readingProtocol.id, reason: scores.unscored ?? "the model gave none")
    }
    var answer = ProbedAnswer(probabilities: probabilities)
    if !calibration.isIdentity { answer.raw = CodeProbabilities(scores.probabilities()) }
    return answer
  }

  private var prefix: String { readingProtocol.classification.prompt.prefix }
}

/// What a probe answered.
public struct ProbedAnswer: Sendable, Hashable {
  /// Phase 1's notes; empty where nothing was asked.
  public var notes = Observations()
  /// Phase 2's description.
  public var description: CleanedDescription?
  /// The codes' probabilities; `nil` where the model gives none.
  public var probabilities: CodeProbabilities?
  /// The same before the model's calibration; `nil` for a model without one, where they are the same.
  public var raw: CodeProbabilities?
  /// The code that was written, or that a rule gives; without probabilities the greedy one. `nil` where none was asked for or
  /// none could be read.
  public var code: LesionCode?
  /// The cost, that of encoding the picture aside.
  public var counts = ExaminationCounts()
  /// Prompts that were asked.
  public var prompts = 0

  /// An answer.
  public init(
    notes: Observations = Observations(), description: CleanedDescription? = nil, probabilities: CodeProbabilities?,
    code: LesionCode? = nil
  ) {
    self.notes = notes
    self.description = description
    self.probabilities = probabilities
    self.code = code
  }

  /// The most probable code; without probabilities the one that was written.
  public var likeliest: LesionCode? { probabilities.map { $0.likeliest() } ?? code }

  /// The answer with the cost of its one prompt.
  fileprivate func costing(_ counts: ExaminationCounts) -> ProbedAnswer {
    var answer = self
    (answer.counts, answer.prompts) = (counts, 1)
    return answer
  }
}

extension ExaminationCounts {
  /// Adds another cost.
  public static func += (left: inout ExaminationCounts, right: ExaminationCounts) {
    left.imageEncodes += right.imageEncodes
    left.promptTokens += right.promptTokens
    left.sharedPromptTokens += right.sharedPromptTokens
    left.generatedTokens += right.generatedTokens
  }
}

import Digests
import VisionLanguage

/// Examines images by a protocol: encodes, observes, reviews, classifies.
///
/// ```swift
/// import Dermoscopy
/// import Imaging
/// import VisionLanguage
///
/// /// What `Reader` does of a file, with any model.
/// func read(_ path: String, with model: any VisionLanguageModel) async throws -> ExaminationReport {
///   let examiner = Examiner(model: model, readingProtocol: try .builtin(named: "seed"))
///   let decoded = try ImageDecoder.decode(fileAt: path)
///   let prepared = try ImagePreparer.prepare(
///     decoded.image, as: examiner.readingProtocol.preparation, nativeSide: model.imageSide ?? 0)
///   let subject = ExaminationSubject(
///     name: path, digest: decoded.digest, width: decoded.image.width, height: decoded.image.height)
///   return try await examiner.examine(prepared, subject: subject, seed: 0, log: ExaminationLog())
/// }
/// ```
public struct Examiner: Sendable {
  /// The model that reads.
  public let model: any VisionLanguageModel
  /// The protocol.
  public let readingProtocol: ReadingProtocol

  /// An examiner with a model and a protocol.
  public init(model: any VisionLanguageModel, readingProtocol: ReadingProtocol) {
    self.model = model
    self.readingProtocol = readingProtocol
  }

  /// Examines one image.
  ///
  /// The log gets each step as it happens and is complete when this returns or throws. Cancelling the task releases all
  /// resources at the model's next step.
  ///
  /// - Parameters:
  ///   - image: the picture as the protocol's preparation leaves it.
  ///   - subject: the original image and its label.
  ///   - seed: the same seed, image, protocol and weights give the same report, timings and counts aside.
  ///   - last: the phase after which the examination ends; one that ends early has no diagnosis. A protocol that only
  ///     scores its codes has only one phase, which always runs.
  ///   - log: receives the events; used only for this examination.
  /// - Throws: the model's `Fault`, ``ModelContractFault`` when it violates its contract, `CancellationError`.
  public func examine(
    _ image: PixelImage, subject: ExaminationSubject, seed: UInt64, through last: ExaminationPhase = .classification,
    log: ExaminationLog
  ) async throws -> ExaminationReport {
    try await report(on: subject, seed: seed, source: image.digest, log: log) { session in
      try await session.examine(image, through: last)
    }
  }

  /// Runs only Phase 3: classifies earlier observations and an earlier description, without the image.
  ///
  /// The random numbers are seeded from the notes, as an examination's are seeded from the image.
  ///
  /// - Parameters:
  ///   - observations: Phase 1's answers, in canonical words.
  ///   - description: Phase 2's text as the model wrote it; it is cleaned here. `nil` where there was no Phase 2.
  ///   - subject: the original image of the notes, and its label.
  ///   - seed: the same seed, notes, protocol and weights give the same report, timings and counts aside.
  ///   - log: receives the events; used only for this examination.
  /// - Throws: `InsufficientNotes` when the protocol's codes are scored in view of the image; otherwise as `examine` does.
  public func classify(
    _ observations: Observations, description: String?, of subject: ExaminationSubject, seed: UInt64,
    log: ExaminationLog
  ) async throws -> ExaminationReport {
    guard readingProtocol.classification.method != .scored else { throw InsufficientNotes(id: readingProtocol.id) }
    let lines = observations.entries.map { "\($0.question): \($0.observation.value)" } + [description ?? ""]
    let source = SHA256Digest(of: Array(lines.joined(separator: "\n").utf8))
    return try await report(on: subject, seed: seed, source: source, log: log) { session in
      try await session.classify(observations, description: description)
    }
  }

  private func report(
    on subject: ExaminationSubject, seed: UInt64, source: SHA256Digest, log: ExaminationLog,
    _ body: (ExaminationSession) async throws -> (ExaminationState, Diagnosis?)
  ) async throws -> ExaminationReport {
    do {
      let session = ExaminationSession(
        model: model, readingProtocol: readingProtocol,
        sampling: EffectiveSampling(
          of: readingProtocol, recommended: model.recommendedSampling, applied: model.effective),
        seeds: RequestSeeds(seed: seed, image: source), log: log)
      let started = ContinuousClock.now
      let identity = try await model.identity
      var (state, diagnosis) = try await body(session)
      state.timings.total = (ContinuousClock.now - started).milliseconds

      let report = ExaminationReport(
        of: subject, by: readingProtocol, model: identity, seed: seed, sampling: session.sampling,
        state: state, diagnosis: diagnosis)
      log.append(.finished(report))
      return report
    } catch {
      // A cancelled model may throw its own error; the cause is the cancellation.
      let error: any Error = Task.isCancelled ? CancellationError() : error
      log.append(.failed(ExaminationFailure(error)))
      throw error
    }
  }
}

/// One examination under way.
struct ExaminationSession: Sendable {
  let model: any VisionLanguageModel
  let readingProtocol: ReadingProtocol
  let sampling: EffectiveSampling
  let seeds: RequestSeeds
  let log: ExaminationLog

  /// The procedure.
  func examine(
    _ image: PixelImage, through last: ExaminationPhase
  ) async throws -> (ExaminationState, Diagnosis?) {
    var state = ExaminationState()
    if !LesionPresence.objections(to: image, preparedAs: readingProtocol.preparation).isEmpty {
      state.flags.insert(.noLesion)
    }
    let diagnosis: Diagnosis
    switch readingProtocol.classification.method {
    case .scored:
      diagnosis = try await withImageContext(of: image, &state) { view, state in
        try await score(in: view, &state)
      }
    case .model, .rules:
      try await withImageContext(of: image, &state) { view, state in
        if last.includes(.observation) { try await observe(in: view, &state) }
        if last.includes(.review) { try await review(in: view, &state) }
      }
      guard last.includes(.classification) else { return (state, nil) }
      diagnosis = try await classify(&state)
    }
    log.append(.diagnosis(diagnosis))
    return (state, diagnosis)
  }

  /// The last phase alone, from notes.
  func classify(_ observations: Observations, description: String?) async throws -> (ExaminationState, Diagnosis?) {
    var state = ExaminationState()
    state.observations = observations
    if let description { take(description, &state) }
    let diagnosis = try await classify(&state)
    log.append(.diagnosis(diagnosis))
    return (state, diagnosis)
  }

  /// Encodes the image once, and releases it whatever happens.
  private func withImageContext<Result>(
    of image: PixelImage, _ state: inout ExaminationState,
    _ body: (any ImageContext, inout ExaminationState) async throws -> Result
  ) async throws -> Result {
    try begin(.encoding)
    let view = try await model.encode(image)
    state.add(view.cost)
    do {
      let result = try await body(view, &state)
      await view.close()
      return result
    } catch {
      await view.close()
      throw error
    }
  }

  func begin(_ phase: ExaminationPhase) throws {
    try Task.checkCancellation()
    log.append(.phaseStarted(phase))
  }

  func request(
    _ text: String, _ sampling: Sampling, phase: ExaminationPhase, question: String = "",
    words: AnswerConstraint? = nil
  ) -> GenerationRequest {
    GenerationRequest(
      prompt: prompt(text), sampling: sampling, seed: seeds.seed(for: phase, question: question),
      constraint: readingProtocol.isConstrained ? words : nil)
  }

  func prompt(_ text: String) -> Prompt { Prompt(text: text, answerPrefix: readingProtocol.answerPrefix) }
}

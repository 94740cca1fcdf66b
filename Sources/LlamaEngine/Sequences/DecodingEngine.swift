import CLlama
import VisionLanguage
import Weights

/// The only place where tokens are decoded: prompts are submitted, decoded, and answered in one batch.
///
/// Every prompt has its own sequence, forked from its image's if it has one. This isolation, not clearing a cache
/// between prompts, is why no answer can leak into another. Each step decodes some waiting prompts, neighbours of
/// similar length in one decode, then one token of every answer in one batch. Sums are the same at every batch width,
/// so no answer depends on what else is in the batch (docs/DETERMINISM.md).
actor DecodingEngine {
  nonisolated let executor: ComputeThreadExecutor
  nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

  let context: LlamaContext
  let vocabulary: Tokenizer
  let batch: TokenBatch
  var freeAnswerSequences: [Int]
  var freeImageSequences: [Int]
  var prefixes: PrefixCache
  var images: [ImageContextID: ImageSequence] = [:]
  var waitingImages: [WaitingImage] = []
  var waiting: [SequenceWork] = []
  var prefilling: [SequenceWork] = []
  var generating: [SequenceWork] = []
  var lastNumber: UInt64 = 0
  var isStepScheduled = false
  var isClosed = false
  /// For each prompt, a hash of the bits of the logits that its tokens were drawn from; `nil` unless recording. Tests
  /// and the benchmark use it to verify that batching does not change answers.
  var logitTraces: [UInt64: [UInt64]]?
  /// For answers that are held to words; made with the first.
  private var pieces: PieceTable?
  /// Whether answers continue after the model's end of turn, so that benchmarks always do the same work.
  private let ignoresEndOfTurn: Bool
  /// Free sequences between two answers that are filled at most, to keep a batch in one piece.
  let longestFilledGap: Int
  /// Which tokens of an image attend to which.
  let imageAttention: ImageTokenRules.Attention

  struct ImageSequence {
    let sequence: Int
    /// Tokens in the sequence.
    var length: Int
    /// Where the text goes on; less than `length` where an image takes fewer positions than tokens.
    var position: Int
    /// Prompts that still have to fork from it.
    var pendingForks = 0
    var isClosed = false
  }

  struct WaitingImage {
    let number: UInt64
    let continuation: CheckedContinuation<Int, any Error>
  }

  /// How a context's sequences are divided: images first, prefixes next, answers the rest.
  struct Division {
    var images: Int
    var prefixes: Int
  }

  init(
    context: sending LlamaContext, vocabulary: Tokenizer, imageAttention: ImageTokenRules.Attention, division: Division,
    ignoresEndOfTurn: Bool = false, longestFilledGap: Int, on executor: ComputeThreadExecutor
  ) {
    self.executor = executor
    self.vocabulary = vocabulary
    batch = TokenBatch(capacity: max(context.shape.batchTokens, context.shape.sequences))
    let answers = division.images + division.prefixes
    freeImageSequences = Array((0..<division.images).reversed())
    prefixes = PrefixCache(sequences: Array((division.images..<answers).reversed()))
    freeAnswerSequences = Array((answers..<context.shape.sequences).reversed())
    self.ignoresEndOfTurn = ignoresEndOfTurn
    self.longestFilledGap = longestFilledGap
    self.imageAttention = imageAttention
    self.context = context
  }

  // MARK: Prompts

  /// A new id for work, with which it can be cancelled.
  func nextNumber() -> UInt64 {
    lastNumber += 1
    return lastNumber
  }

  /// Submits prompts; their streams begin to deliver at the next step.
  func generate(_ requests: [TokenRequest], image: ImageContextID?) throws -> [GenerationStream] {
    let base = try length(of: image)
    for request in requests { try check(request.prompt, after: base) }
    var answers: [(work: SequenceWork, stream: GenerationStream)] = []
    for request in requests {
      let number = nextNumber()
      let (answer, stream) = try answer(to: request, number: number)
      answers.append((SequenceWork(number: number, image: image, prompt: request.prompt, answer: answer), stream))
    }
    for (work, _) in answers { enqueue(work) }
    return answers.map(\.stream)
  }

  private func answer(
    to request: TokenRequest, number: UInt64
  ) throws(EngineFault) -> (SequenceWork.Answer, GenerationStream) {
    let sampler = try TokenSampler(
      request.sampling, seed: request.seed, vocabularySize: context.vocabularySize, held: held(to: request.constraint),
      vocabulary: context.model.vocabulary)
    let (stream, continuation) = GenerationStream.makeStream()
    continuation.onTermination = { [weak self] reason in
      guard case .cancelled = reason, let self else { return }
      Task { await self.cancel(number) }
    }
    let answer = SequenceWork.Answer(
      sampler: sampler, tokenLimit: request.sampling.maxTokens, ignoresEnd: ignoresEndOfTurn, stream: continuation)
    return (answer, stream)
  }

  private func held(to constraint: AnswerConstraint?) -> TokenSampler.Held? {
    guard let constraint else { return nil }
    let table = pieces ?? PieceTable(context.model.vocabulary)
    pieces = table
    return TokenSampler.Held(
      constraint: constraint, tokens: table.tokens(of: constraint, endingWith: vocabulary.endsGeneration),
      candidates: table.candidates)
  }

  /// The log-probabilities of labels after a prompt.
  func score(_ labels: [[llama_token]], after prompt: TokenPrompt, image: ImageContextID?) async throws -> LabelScores {
    try await score(labels, after: prompt, image: image, number: nextNumber(), answer: nil)
  }

  /// Submits a prompt that is both answered and followed by scored labels; it is decoded once.
  func generate(_ request: TokenRequest, scoring labels: [[llama_token]], image: ImageContextID?) async throws
    -> ScoredAnswer
  {
    let number = nextNumber()
    let (answer, stream) = try answer(to: request, number: number)
    let scores = try await score(labels, after: request.prompt, image: image, number: number, answer: answer)
    return ScoredAnswer(stream: stream, scores: scores)
  }

  private func score(
    _ labels: [[llama_token]], after prompt: TokenPrompt, image: ImageContextID?, number: UInt64,
    answer: SequenceWork.Answer?
  ) async throws -> LabelScores {
    let base = try length(of: image)
    let longest = labels.map(\.count).max() ?? 0
    guard longest <= LlamaContext.outputsPerBatch else {
      throw EngineFault.promptTooLong(tokens: longest, available: LlamaContext.outputsPerBatch)
    }
    try check(prompt, after: base + longest)
    return try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { continuation in
        if Task.isCancelled {
          continuation.resume(throwing: CancellationError())
        } else {
          enqueue(
            SequenceWork(
              number: number, image: image, prompt: prompt, answer: answer,
              scoring: .init(labels: labels, continuation: continuation)))
        }
      }
    } onCancel: {
      Task { await self.cancel(number) }
    }
  }

  /// Stops a prompt wherever it is and frees its sequence.
  func cancel(_ number: UInt64) {
    if let index = waiting.firstIndex(where: { $0.number == number }) {
      end(waiting.remove(at: index), failing: CancellationError())
    } else if let index = prefilling.firstIndex(where: { $0.number == number }) {
      end(prefilling.remove(at: index), failing: CancellationError())
    } else if let index = generating.firstIndex(where: { $0.number == number }) {
      end(generating.remove(at: index), failing: CancellationError())
    }
  }

  /// Ends everything: callers that wait get `EngineFault.closed`.
  func close() {
    isClosed = true
    for work in waiting + prefilling + generating { work.fail(EngineFault.closed) }
    waiting.removeAll()
    prefilling.removeAll()
    generating.removeAll()
    for image in waitingImages { image.continuation.resume(throwing: EngineFault.closed) }
    waitingImages.removeAll()
    images.removeAll()
  }

  /// What was decoded until now.
  var statistics: EngineStatistics { context.statistics }

  /// Begins to record logits' bits, from nothing.
  func traceLogits() { logitTraces = [:] }

  /// Unused sequences for images and answers; all of them when the engine is idle.
  var freeSequences: Int { freeAnswerSequences.count + freeImageSequences.count }

  /// Tokens that an image's sequence holds; 0 without one.
  func length(of image: ImageContextID?) throws(EngineFault) -> Int {
    guard !isClosed else { throw .closed }
    guard let image else { return 0 }
    guard let open = images[image], !open.isClosed else { throw .closed }
    return open.length
  }

  func check(_ prompt: TokenPrompt, after base: Int) throws(EngineFault) {
    let count = prompt.tokens.count
    guard count > 0 else { throw .emptyPrompt }
    let available = context.shape.tokensPerSequence - base - 1
    guard count <= available else { throw .promptTooLong(tokens: count, available: max(0, available)) }
  }

  func enqueue(_ work: SequenceWork) {
    if let image = work.image { images[image]?.pendingForks += 1 }
    waiting.append(work)
    scheduleStep()
  }

  /// Notes that a prompt needs its image no longer: its sequence has what comes before it, or never will.
  func begun(_ work: SequenceWork) {
    guard !work.hasBegun else { return }
    work.hasBegun = true
    guard let image = work.image else { return }
    images[image]?.pendingForks -= 1
    releaseIfDone(image)
  }
}

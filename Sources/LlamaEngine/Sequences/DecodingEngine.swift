import CLlama
import VisionLanguage

/// The one place where tokens are decoded: prompts come in, are read by themselves, and are answered side by side.
///
/// Every prompt lives in a sequence of its own, forked from its image's where it has one; that isolation, and not the
/// clearing of a cache between prompts, is why no answer can leak into another. Each step reads some waiting prompts, one
/// decode for each, then writes one token of every answer in one batch. A prompt is read alone because llama.cpp splits
/// batches of unequal prompts and then rounds differently; batches of single tokens of any width round the same
/// (docs/DETERMINISM.md).
actor DecodingEngine {
  nonisolated let executor: ThreadExecutor
  nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

  private let context: LlamaContext
  private let vocabulary: Vocabulary
  private let batch: TokenBatch
  private var freeAnswerSequences: [Int]
  private var freeViewSequences: [Int]
  private var views: [ViewNumber: View] = [:]
  private var waitingViews: [WaitingView] = []
  private var waiting: [SequenceWork] = []
  private var reading: [SequenceWork] = []
  private var writing: [SequenceWork] = []
  private var lastNumber: UInt64 = 0
  private var isStepScheduled = false
  private var isClosed = false
  /// For each prompt the bits of the logits that its tokens were drawn from, folded into a number; `nil` unless wanted.
  /// This is how tests and the benchmark hold the promise of the same answer in any company.
  private(set) var logitTraces: [UInt64: [UInt64]]?

  /// Prompts read in one step before the answers move on by a token: a newcomer waits for one token at most.
  private static let readsPerStep = 8

  private struct View {
    let sequence: Int
    var length: Int
    /// Prompts that still have to fork from it.
    var pendingForks = 0
    var isClosed = false
  }

  private struct WaitingView {
    let number: UInt64
    let continuation: CheckedContinuation<Int, any Error>
  }

  init(context: sending LlamaContext, vocabulary: Vocabulary, viewSequences: Int) {
    executor = ThreadExecutor(name: "dermgemma-decode")
    self.vocabulary = vocabulary
    batch = TokenBatch(capacity: max(context.shape.batchTokens, context.shape.sequences))
    freeViewSequences = Array((0..<viewSequences).reversed())
    freeAnswerSequences = Array((viewSequences..<context.shape.sequences).reversed())
    self.context = context
  }

  deinit { executor.end() }

  // MARK: Views

  /// Reads an image's prefix into a sequence that prompts can fork from.
  ///
  /// - Parameters:
  ///   - tokens: what stands before the image.
  ///   - embeddings: `count` rows of the model's width.
  func open(after tokens: [llama_token], embeddings: [Float], count: Int) async throws -> ViewNumber {
    let sequence = try await viewSequence()
    do {
      guard !isClosed else { throw EngineFault.closed }
      try Task.checkCancellation()
      context.clear(sequence)
      let available = context.shape.tokensPerSequence
      guard tokens.count + count < available else {
        throw EngineFault.promptTooLong(tokens: tokens.count + count, available: available)
      }
      try read(tokens, into: sequence, at: 0, wantsLogits: false)
      try context.decode(embeddings: embeddings, count: count, into: sequence, at: tokens.count)
    } catch {
      giveBackView(sequence)
      throw error
    }
    let number = ViewNumber(value: nextNumber())
    views[number] = View(sequence: sequence, length: tokens.count + count)
    return number
  }

  /// Gives a view's sequence back once the prompts that were put to it have forked.
  func close(_ number: ViewNumber) {
    guard var view = views[number] else { return }
    view.isClosed = true
    views[number] = view
    releaseIfDone(number)
  }

  private func releaseIfDone(_ number: ViewNumber) {
    guard let view = views[number], view.isClosed, view.pendingForks == 0 else { return }
    views[number] = nil
    giveBackView(view.sequence)
  }

  private func viewSequence() async throws -> Int {
    guard !isClosed else { throw EngineFault.closed }
    if let sequence = freeViewSequences.popLast() { return sequence }
    let number = nextNumber()
    return try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { continuation in
        if Task.isCancelled {
          continuation.resume(throwing: CancellationError())
        } else {
          waitingViews.append(WaitingView(number: number, continuation: continuation))
        }
      }
    } onCancel: {
      Task { await self.stopWaiting(number) }
    }
  }

  private func stopWaiting(_ number: UInt64) {
    guard let index = waitingViews.firstIndex(where: { $0.number == number }) else { return }
    waitingViews.remove(at: index).continuation.resume(throwing: CancellationError())
  }

  private func giveBackView(_ sequence: Int) {
    context.clear(sequence)
    if waitingViews.isEmpty {
      freeViewSequences.append(sequence)
    } else {
      waitingViews.removeFirst().continuation.resume(returning: sequence)
    }
  }

  // MARK: Prompts

  /// A number for work that is about to be submitted, by which it can be cancelled.
  func nextNumber() -> UInt64 {
    lastNumber += 1
    return lastNumber
  }

  /// Takes prompts in; their streams begin to deliver at the next step.
  func generate(_ requests: [TokenRequest], view: ViewNumber?) throws -> [GenerationStream] {
    let base = try position(after: view)
    for request in requests { try check(request.prompt, after: base) }
    return requests.map { request in
      let number = nextNumber()
      let (stream, continuation) = GenerationStream.makeStream()
      continuation.onTermination = { [weak self] reason in
        guard case .cancelled = reason, let self else { return }
        Task { await self.cancel(number) }
      }
      let sampler = TokenSampler(request.sampling, seed: request.seed, vocabularySize: context.vocabularySize)
      let answer = SequenceWork.Answer(
        sampler: sampler, tokenLimit: request.sampling.maxTokens, stream: continuation)
      enqueue(SequenceWork(number: number, view: view, prompt: request.prompt, purpose: .generate(answer)))
      return stream
    }
  }

  /// The log-probabilities of labels after a prompt.
  func score(_ labels: [[llama_token]], after prompt: [llama_token], view: ViewNumber?) async throws -> LabelScores {
    let base = try position(after: view)
    let longest = labels.map(\.count).max() ?? 0
    guard longest <= LlamaContext.outputsPerBatch else {
      throw EngineFault.promptTooLong(tokens: longest, available: LlamaContext.outputsPerBatch)
    }
    try check(prompt, after: base + longest)
    let number = nextNumber()
    return try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { continuation in
        if Task.isCancelled {
          continuation.resume(throwing: CancellationError())
        } else {
          enqueue(
            SequenceWork(number: number, view: view, prompt: prompt, purpose: .score(labels: labels, continuation)))
        }
      }
    } onCancel: {
      Task { await self.cancel(number) }
    }
  }

  /// Stops a prompt wherever it is and frees its sequence.
  func cancel(_ number: UInt64) {
    if let index = waiting.firstIndex(where: { $0.number == number }) {
      let work = waiting.remove(at: index)
      forked(work)
      work.fail(CancellationError())
    } else if let index = reading.firstIndex(where: { $0.number == number }) {
      end(reading.remove(at: index), failing: CancellationError())
    } else if let index = writing.firstIndex(where: { $0.number == number }) {
      end(writing.remove(at: index), failing: CancellationError())
    }
  }

  /// Ends everything: whoever waits gets `EngineFault.closed`.
  func close() {
    isClosed = true
    for work in waiting + reading + writing { work.fail(EngineFault.closed) }
    waiting.removeAll()
    reading.removeAll()
    writing.removeAll()
    for view in waitingViews { view.continuation.resume(throwing: EngineFault.closed) }
    waitingViews.removeAll()
    views.removeAll()
  }

  /// Begins to record logits' bits, from nothing.
  func traceLogits() { logitTraces = [:] }

  /// Sequences that nobody uses; all of them when the engine is at rest.
  var freeSequences: Int { freeAnswerSequences.count + freeViewSequences.count }

  private func position(after view: ViewNumber?) throws(EngineFault) -> Int {
    guard !isClosed else { throw .closed }
    guard let view else { return 0 }
    guard let open = views[view], !open.isClosed else { throw .closed }
    return open.length
  }

  private func check(_ prompt: [llama_token], after base: Int) throws(EngineFault) {
    guard !prompt.isEmpty else { throw .emptyPrompt }
    let available = context.shape.tokensPerSequence - base - 1
    guard prompt.count <= available else { throw .promptTooLong(tokens: prompt.count, available: max(0, available)) }
  }

  private func enqueue(_ work: SequenceWork) {
    if let view = work.view { views[view]?.pendingForks += 1 }
    waiting.append(work)
    scheduleStep()
  }

  private func forked(_ work: SequenceWork) {
    guard let view = work.view else { return }
    views[view]?.pendingForks -= 1
    releaseIfDone(view)
  }

  // MARK: Steps

  private func scheduleStep() {
    guard !isStepScheduled, !isClosed, !(waiting.isEmpty && reading.isEmpty && writing.isEmpty) else { return }
    isStepScheduled = true
    Task { self.step() }
  }

  private func step() {
    isStepScheduled = false
    guard !isClosed else { return }
    admit()
    readPrompts()
    writeTokens()
    scheduleStep()
  }

  private func admit() {
    while !waiting.isEmpty, let sequence = freeAnswerSequences.popLast() {
      let work = waiting.removeFirst()
      work.sequence = sequence
      if let number = work.view {
        guard let view = views[number] else {
          end(work, failing: EngineFault.closed)
          continue
        }
        context.fork(view.sequence, into: sequence)
        work.position = view.length
      } else {
        context.clear(sequence)
      }
      reading.append(work)
    }
  }

  private func readPrompts() {
    for work in reading.prefix(Self.readsPerStep) {
      guard let sequence = work.sequence else { continue }
      do {
        let count = min(work.prompt.count - work.read, context.shape.batchTokens)
        let isLast = work.read + count == work.prompt.count
        let piece = Array(work.prompt[work.read..<work.read + count])
        try read(piece, into: sequence, at: work.position, wantsLogits: isLast)
        // llama.cpp copies the forked cache in the first decode after the fork.
        if work.read == 0 { forked(work) }
        work.read += count
        work.position += count
        guard isLast else { continue }
        reading.removeAll { $0 === work }
        try finishReading(work, row: count - 1)
      } catch {
        reading.removeAll { $0 === work }
        writing.removeAll { $0 === work }
        end(work, failing: error)
      }
    }
  }

  private func finishReading(_ work: SequenceWork, row: Int) throws(EngineFault) {
    switch work.purpose {
    case .generate(let answer):
      if try !take(work, answer, row: row) { writing.append(work) }
    case .score(let labels, let continuation):
      let scores = try logProbabilities(of: labels, after: work, row: row)
      release(work)
      continuation.resume(returning: scores)
    }
  }

  private func writeTokens() {
    guard !writing.isEmpty else { return }
    batch.removeAll()
    for work in writing {
      guard let sequence = work.sequence, case .generate(let answer) = work.purpose, let last = answer.tokens.last
      else { continue }
      batch.add(last, to: sequence, at: work.position, wantsLogits: true)
      work.position += 1
    }
    do {
      try context.decode(batch)
    } catch {
      let failed = writing
      writing.removeAll()
      for work in failed { end(work, failing: error) }
      return
    }
    var stillWriting: [SequenceWork] = []
    stillWriting.reserveCapacity(writing.count)
    for (row, work) in writing.enumerated() {
      guard case .generate(let answer) = work.purpose else { continue }
      do {
        if try !take(work, answer, row: row) { stillWriting.append(work) }
      } catch {
        end(work, failing: error)
      }
    }
    writing = stillWriting
  }

  /// Draws an answer's next token and hands its text out. Returns whether that was its last.
  private func take(_ work: SequenceWork, _ answer: SequenceWork.Answer, row: Int) throws(EngineFault) -> Bool {
    let bits = try context.withLogits(ofRow: row) { logitTraces == nil ? 0 : $0.foldedBits }
    logitTraces?[work.number, default: []].append(bits)
    let token = answer.sampler.next(from: context.pointer, row: Int32(clamping: row))
    answer.tokens.append(token)
    if vocabulary.endsGeneration(token) {
      finish(work, answer, because: .endOfTurn)
      return true
    }
    let piece = answer.text.take(vocabulary.bytes(of: token))
    if !piece.isEmpty { answer.stream.yield(.text(piece)) }
    if answer.tokens.count >= answer.tokenLimit {
      finish(work, answer, because: .tokenLimit)
      return true
    }
    if work.position >= context.shape.tokensPerSequence {
      finish(work, answer, because: .contextFull)
      return true
    }
    return false
  }

  private func finish(_ work: SequenceWork, _ answer: SequenceWork.Answer, because reason: StopReason) {
    release(work)
    let rest = answer.text.finish()
    if !rest.isEmpty { answer.stream.yield(.text(rest)) }
    answer.stream.yield(
      .finished(
        Generation(
          text: answer.text.text, generatedTokens: answer.tokens.count, promptTokens: work.prompt.count,
          stopReason: reason, tokens: answer.tokens)))
    answer.stream.finish()
  }

  private func release(_ work: SequenceWork) {
    guard let sequence = work.sequence else { return }
    context.clear(sequence)
    freeAnswerSequences.append(sequence)
    work.sequence = nil
  }

  private func end(_ work: SequenceWork, failing error: any Error) {
    if work.read == 0 { forked(work) }
    release(work)
    work.fail(error)
  }

  // MARK: Decoding

  private func read(
    _ tokens: [llama_token], into sequence: Int, at position: Int, wantsLogits: Bool
  ) throws(EngineFault) {
    batch.removeAll()
    for (offset, token) in tokens.enumerated() {
      batch.add(
        token, to: sequence, at: position + offset, wantsLogits: wantsLogits && offset == tokens.count - 1)
    }
    try context.decode(batch)
  }

  /// The sum of each label's tokens' log-probabilities. Labels of one token cost nothing more than the prompt.
  private func logProbabilities(
    of labels: [[llama_token]], after work: SequenceWork, row: Int
  ) throws(EngineFault) -> LabelScores {
    guard let sequence = work.sequence else { throw .closed }
    var sums = [Double](repeating: 0, count: labels.count)
    try context.withLogits(ofRow: row) { logits in
      let normaliser = logits.logSumExp
      for (index, label) in labels.enumerated() {
        if let first = label.first { sums[index] = logits.logProbability(of: first, normaliser: normaliser) }
      }
    }
    var decoded = 0
    for (index, label) in labels.enumerated() where label.count > 1 {
      batch.removeAll()
      for (offset, token) in label.dropLast().enumerated() {
        batch.add(token, to: sequence, at: work.position + offset, wantsLogits: true)
      }
      try context.decode(batch)
      for (row, token) in label.dropFirst().enumerated() {
        try context.withLogits(ofRow: row) { logits in
          sums[index] += logits.logProbability(of: token, normaliser: logits.logSumExp)
        }
      }
      decoded += label.count - 1
      context.truncate(sequence, to: work.position)
    }
    return LabelScores(logProbabilities: sums, promptTokens: work.prompt.count + decoded)
  }
}

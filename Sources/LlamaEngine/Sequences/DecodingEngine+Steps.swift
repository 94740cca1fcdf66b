import CLlama
import VisionLanguage

/// One step: waiting prompts get sequences, some are read, and every answer grows by a token.
extension DecodingEngine {
  func scheduleStep() {
    guard !isStepScheduled, !isClosed, !(waiting.isEmpty && prefilling.isEmpty && generating.isEmpty) else { return }
    isStepScheduled = true
    Task { self.step() }
  }

  func step() {
    isStepScheduled = false
    guard !isClosed else { return }
    admit()
    prefillPrompts()
    generateTokens()
    scheduleStep()
  }

  func admit() {
    while !waiting.isEmpty, let sequence = freeAnswerSequences.popLast() {
      let work = waiting.removeFirst()
      work.sequence = sequence
      prefilling.append(work)
    }
  }

  func finishPrefill(_ work: SequenceWork, in sequence: Int, row: Int) throws(EngineFault) {
    guard let scoring = work.scoring else {
      if let answer = work.answer, try !accept(draw(answer, of: work, row: row), work, answer) { startGenerating(work) }
      return
    }
    // The answer's first token is drawn before the labels' own tokens are decoded over the logits.
    var token: llama_token?
    let scores = try logProbabilities(of: scoring.labels, after: work, in: sequence, row: row) {
      () throws(EngineFault) in
      if let answer = work.answer { token = try draw(answer, of: work, row: row) }
    }
    work.scoring = nil
    scoring.continuation.resume(returning: scores)
    guard let answer = work.answer, let token else { return release(work) }
    if !accept(token, work, answer) { startGenerating(work) }
  }

  /// Puts an answer among those that grow, in the order of their sequences: llama.cpp computes a batch in one piece only
  /// as far as the sequences' numbers rise by one (`llama_batch_allocr::split_equal`).
  func startGenerating(_ work: SequenceWork) {
    guard let sequence = work.sequence else { return }
    generating.insert(work, at: generating.firstIndex { ($0.sequence ?? sequence) > sequence } ?? generating.endIndex)
  }

  func generateTokens() {
    guard !generating.isEmpty else { return }
    closeGaps()
    batch.removeAll()
    var microBatches = 0
    var previous = -1
    var rows: [Int] = []
    var padding: [Int] = []
    for work in generating {
      guard let sequence = work.sequence, let last = work.answer?.tokens.last else { continue }
      let gap = previous < 0 ? [] : filling(between: previous, and: sequence)
      for free in gap { batch.add(Self.paddingToken, to: free, at: 0, wantsLogits: false) }
      padding += gap
      if previous < 0 || sequence != previous + 1 + gap.count { microBatches += 1 }
      previous = sequence
      rows.append(batch.count)
      batch.add(last, to: sequence, at: work.position, wantsLogits: true)
      work.position += 1
    }
    defer { for sequence in padding { context.clear(sequence) } }
    do {
      try context.decode(batch)
    } catch {
      let failed = generating
      generating.removeAll()
      for work in failed { end(work, failing: error) }
      return
    }
    context.statistics.generationDecodes += 1
    context.statistics.generationMicroBatches += microBatches
    context.statistics.generationTokens += generating.count
    context.statistics.paddingTokens += padding.count
    var index = 0
    generating.removeAll { work in
      defer { index += 1 }
      guard let answer = work.answer, rows.indices.contains(index) else { return true }
      do {
        return accept(try draw(answer, of: work, row: rows[index]), work, answer)
      } catch {
        end(work, failing: error)
        return true
      }
    }
  }

  /// Draws an answer's next token from a row of the last batch.
  func draw(_ answer: SequenceWork.Answer, of work: SequenceWork, row: Int) throws(EngineFault) -> llama_token {
    let bits = try context.withLogits(ofRow: row) { logitTraces == nil ? 0 : $0.foldedBits }
    logitTraces?[work.number, default: []].append(bits)
    let start = ContinuousClock.now
    let token = answer.sampler.next(from: context.pointer, row: Int32(clamping: row))
    context.statistics.decoding += ContinuousClock.now - start
    return token
  }

  /// Adds a token to an answer and hands its text out. Returns whether that was its last.
  func accept(_ token: llama_token, _ work: SequenceWork, _ answer: SequenceWork.Answer) -> Bool {
    answer.tokens.append(token)
    if vocabulary.endsGeneration(token), !answer.ignoresEnd {
      finish(work, answer, because: .endOfTurn)
      return true
    }
    answer.deliver(answer.text.take(vocabulary.bytes(of: token)))
    if answer.tokens.count >= answer.tokenLimit {
      finish(work, answer, because: .tokenLimit)
      return true
    }
    if work.length >= context.shape.tokensPerSequence {
      finish(work, answer, because: .contextFull)
      return true
    }
    return false
  }

  func finish(_ work: SequenceWork, _ answer: SequenceWork.Answer, because reason: StopReason) {
    release(work)
    answer.deliver(answer.text.finish(), isLast: true)
    answer.stream.yield(
      .finished(
        Generation(
          text: answer.text.text, generatedTokens: answer.tokens.count, promptTokens: work.computed,
          sharedPromptTokens: work.shared, stopReason: reason, tokens: answer.tokens)))
    answer.stream.finish()
  }

  func release(_ work: SequenceWork) {
    guard let sequence = work.sequence else { return }
    context.clear(sequence)
    giveBack(sequence)
    work.sequence = nil
  }

  /// Releases a sequence. The lowest free one is reused first, so that there are few gaps between those in use.
  func giveBack(_ sequence: Int) {
    let place = freeAnswerSequences.firstIndex { $0 < sequence } ?? freeAnswerSequences.endIndex
    freeAnswerSequences.insert(sequence, at: place)
  }

  func end(_ work: SequenceWork, failing error: any Error) {
    begun(work)
    release(work)
    work.fail(error)
  }
}

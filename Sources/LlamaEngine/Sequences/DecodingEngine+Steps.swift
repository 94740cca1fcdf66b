import CLlama
import VisionLanguage

/// One step: waiting prompts get sequences, some are read, and every answer grows by a token.
extension DecodingEngine {
  /// Prompts read in one step before the answers move on by a token: a newcomer waits for one token at most.
  static let readsPerStep = 8

  func scheduleStep() {
    guard !isStepScheduled, !isClosed, !(waiting.isEmpty && reading.isEmpty && writing.isEmpty) else { return }
    isStepScheduled = true
    Task { self.step() }
  }

  func step() {
    isStepScheduled = false
    guard !isClosed else { return }
    admit()
    readPrompts()
    writeTokens()
    scheduleStep()
  }

  func admit() {
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

  func readPrompts() {
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

  func finishReading(_ work: SequenceWork, row: Int) throws(EngineFault) {
    switch work.purpose {
    case .generate(let answer):
      if try !take(work, answer, row: row) { writing.append(work) }
    case .score(let labels, let continuation):
      let scores = try logProbabilities(of: labels, after: work, row: row)
      release(work)
      continuation.resume(returning: scores)
    }
  }

  func writeTokens() {
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
  func take(_ work: SequenceWork, _ answer: SequenceWork.Answer, row: Int) throws(EngineFault) -> Bool {
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

  func finish(_ work: SequenceWork, _ answer: SequenceWork.Answer, because reason: StopReason) {
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

  func release(_ work: SequenceWork) {
    guard let sequence = work.sequence else { return }
    context.clear(sequence)
    freeAnswerSequences.append(sequence)
    work.sequence = nil
  }

  func end(_ work: SequenceWork, failing error: any Error) {
    if work.read == 0 { forked(work) }
    release(work)
    work.fail(error)
  }
}

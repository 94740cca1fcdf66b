import CLlama
import VisionLanguage

/// One step: waiting prompts get sequences, some are read, and every answer grows by a token.
extension DecodingEngine {
  /// Prompts read in one step before the answers move on by a token: a newcomer waits for one token at most, and those
  /// who are answered for so many prompts.
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
      reading.append(work)
    }
  }

  /// Reads a piece of each of some prompts, a batch at most, each in a decode of its own.
  func readPrompts() {
    for work in reading.prefix(Self.readsPerStep) {
      guard let sequence = work.sequence else { continue }
      do {
        if !work.hasBegun { try begin(work, in: sequence) }
        let tokens = work.prompt.tokens
        let piece = tokens[work.read...].prefix(context.shape.batchTokens)
        let isLast = piece.endIndex == tokens.endIndex
        let row = try read(piece, into: sequence, at: work.position, wantsLogits: isLast)
        // llama.cpp copies a forked cache in the first decode after the fork: only now may the view go.
        begun(work)
        work.read += piece.count
        work.position += piece.count
        work.computed += piece.count
        guard isLast else { continue }
        reading.removeAll { $0 === work }
        try finishReading(work, in: sequence, row: row)
      } catch {
        reading.removeAll { $0 === work }
        writing.removeAll { $0 === work }
        end(work, failing: error)
      }
    }
  }

  func finishReading(_ work: SequenceWork, in sequence: Int, row: Int) throws(EngineFault) {
    guard let scoring = work.scoring else {
      if let answer = work.answer, try !accept(draw(answer, of: work, row: row), work, answer) { startWriting(work) }
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
    if !accept(token, work, answer) { startWriting(work) }
  }

  /// Puts an answer among those that grow, in the order of their sequences: llama.cpp computes a batch in one piece only
  /// as far as the sequences' numbers rise by one (`llama_batch_allocr::split_equal`).
  private func startWriting(_ work: SequenceWork) {
    guard let sequence = work.sequence else { return }
    writing.insert(work, at: writing.firstIndex { ($0.sequence ?? sequence) > sequence } ?? writing.endIndex)
  }

  func writeTokens() {
    guard !writing.isEmpty else { return }
    batch.removeAll()
    var pieces = 0
    var previous = -1
    var rows: [Int] = []
    var fillers: [Int] = []
    for work in writing {
      guard let sequence = work.sequence, let last = work.answer?.tokens.last else { continue }
      let gap = previous < 0 ? [] : filling(between: previous, and: sequence)
      for free in gap { batch.add(Self.filler, to: free, at: 0, wantsLogits: false) }
      fillers += gap
      if previous < 0 || sequence != previous + 1 + gap.count { pieces += 1 }
      previous = sequence
      rows.append(batch.count)
      batch.add(last, to: sequence, at: work.position, wantsLogits: true)
      work.position += 1
    }
    defer { for sequence in fillers { context.clear(sequence) } }
    do {
      try context.decode(batch)
    } catch {
      let failed = writing
      writing.removeAll()
      for work in failed { end(work, failing: error) }
      return
    }
    context.tally.writingDecodes += 1
    context.tally.writingPieces += pieces
    context.tally.writtenTokens += writing.count
    context.tally.fillers += fillers.count
    var index = 0
    writing.removeAll { work in
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

  /// Free sequences that close a gap between two answers, when all in it are free and they are few enough: where weights do
  /// not fit a processor's caches, each piece of a batch reads them all again, and a token more costs little beside that.
  private func filling(between lower: Int, and upper: Int) -> [Int] {
    let gap = Array((lower + 1)..<upper)
    guard !gap.isEmpty, gap.count <= longestFilledGap, gap.allSatisfy(freeAnswerSequences.contains) else { return [] }
    return gap
  }

  /// What is decoded in a gap: any token that there is.
  private static let filler: llama_token = 0

  /// Draws an answer's next token from a row of the last batch.
  func draw(_ answer: SequenceWork.Answer, of work: SequenceWork, row: Int) throws(EngineFault) -> llama_token {
    let bits = try context.withLogits(ofRow: row) { logitTraces == nil ? 0 : $0.foldedBits }
    logitTraces?[work.number, default: []].append(bits)
    let start = ContinuousClock.now
    let token = answer.sampler.next(from: context.pointer, row: Int32(clamping: row))
    context.tally.decoding += ContinuousClock.now - start
    return token
  }

  /// Adds a token to an answer and hands its text out. Returns whether that was its last.
  func accept(_ token: llama_token, _ work: SequenceWork, _ answer: SequenceWork.Answer) -> Bool {
    answer.tokens.append(token)
    if vocabulary.endsGeneration(token), !answer.ignoresEnd {
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
          text: answer.text.text, generatedTokens: answer.tokens.count, promptTokens: work.computed,
          sharedPromptTokens: work.shared, stopReason: reason, tokens: answer.tokens)))
    answer.stream.finish()
  }

  func release(_ work: SequenceWork) {
    guard let sequence = work.sequence else { return }
    context.clear(sequence)
    // The lowest stays last and is taken first, so that the sequences in use have few gaps between them.
    let place = freeAnswerSequences.firstIndex { $0 < sequence } ?? freeAnswerSequences.endIndex
    freeAnswerSequences.insert(sequence, at: place)
    work.sequence = nil
  }

  func end(_ work: SequenceWork, failing error: any Error) {
    begun(work)
    release(work)
    work.fail(error)
  }
}

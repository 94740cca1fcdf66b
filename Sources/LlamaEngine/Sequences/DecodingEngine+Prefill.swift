import CLlama

/// Reading prompts: short ones side by side in one batch, long ones by themselves.
extension DecodingEngine {
  /// The most prompts decoded in one step before the answers advance by a token: a new prompt waits for at most one
  /// token, and answers wait for at most this many prompts.
  static let prefillsPerStep = 8

  /// A prompt whose sequence has begun, and the chunk of it that is read next.
  private struct Chunk {
    let work: SequenceWork
    let sequence: Int
    let tokens: ArraySlice<llama_token>
    /// Whether the prompt ends with it.
    var isLast: Bool { tokens.endIndex == work.prompt.tokens.endIndex }
  }

  /// Reads a chunk of each of some prompts, a batch at most.
  func prefillPrompts() {
    var chunks: [Chunk] = []
    for work in prefilling.prefix(Self.prefillsPerStep) {
      guard let sequence = work.sequence else { continue }
      do {
        if !work.hasBegun { try begin(work, in: sequence) }
        let rest = work.prompt.tokens[work.read...]
        chunks.append(Chunk(work: work, sequence: sequence, tokens: rest.prefix(context.shape.batchTokens)))
      } catch {
        fail(work, error)
      }
    }
    var rest = chunks[...]
    while !rest.isEmpty {
      let group = rest.prefix(companions(in: rest))
      rest = rest.dropFirst(group.count)
      read(group)
    }
  }

  /// How many of the first chunks are read in one batch, at least the first.
  ///
  /// llama.cpp computes a batch in one piece when its sequences are neighbours and bring equally many tokens. Shorter
  /// prompts are therefore padded after their last token, where none of their own tokens attends, and the padding is
  /// removed at once, as long as it is a small part of the batch. Together they stay below the rows from which on our
  /// kernels take a product for an image's (docs/DETERMINISM.md).
  private func companions(in chunks: ArraySlice<Chunk>) -> Int {
    guard let first = chunks.first, canShare(first) else { return 1 }
    var (count, longest, sum) = (1, first.tokens.count, first.tokens.count)
    for chunk in chunks.dropFirst() {
      let length = max(longest, chunk.tokens.count)
      let total = length * (count + 1)
      guard canShare(chunk), chunk.sequence == first.sequence + count,
        total <= min(context.shape.batchTokens, EngineConfiguration.batchTokens),
        (total - sum - chunk.tokens.count) * Self.fillingIsOneIn <= total,
        chunks.prefix(count + 1).allSatisfy({ $0.work.length + length <= context.shape.tokensPerSequence })
      else { break }
      (count, longest, sum) = (count + 1, length, sum + chunk.tokens.count)
    }
    return count
  }

  /// At most one token in this many of a batch of prompts is padding.
  private static let fillingIsOneIn = 4

  /// Whether a chunk needs nothing decoded for itself before the logits of its last token are used up.
  private func canShare(_ chunk: Chunk) -> Bool {
    chunk.isLast && chunk.work.scoring?.labels.allSatisfy { $0.count == 1 } ?? true
  }

  /// Reads chunks of neighbours in one batch.
  private func read(_ group: ArraySlice<Chunk>) {
    let longest = group.map(\.tokens.count).max() ?? 0
    var rows: [Int] = []
    batch.removeAll()
    for chunk in group {
      for (offset, token) in chunk.tokens.enumerated() {
        let isEnd = chunk.isLast && offset == chunk.tokens.count - 1
        if offset == chunk.tokens.count - 1 { rows.append(batch.count) }
        batch.add(token, to: chunk.sequence, at: chunk.work.position + offset, wantsLogits: isEnd)
      }
      for offset in chunk.tokens.count..<longest {
        batch.add(Self.paddingToken, to: chunk.sequence, at: chunk.work.position + offset, wantsLogits: false)
      }
    }
    do {
      try context.decode(batch)
    } catch {
      for chunk in group { fail(chunk.work, error) }
      return
    }
    for chunk in group {
      let count = chunk.tokens.count
      // llama.cpp copies a forked cache in the first decode after the fork: only now may the image go.
      begun(chunk.work)
      chunk.work.read += count
      chunk.work.position += count
      chunk.work.computed += count
      context.statistics.promptTokens += count
      guard count < longest else { continue }
      context.truncate(chunk.sequence, to: chunk.work.position)
      context.statistics.paddingTokens += longest - count
    }
    for (chunk, row) in zip(group, rows) where chunk.isLast {
      prefilling.removeAll { $0 === chunk.work }
      do {
        try finishPrefill(chunk.work, in: chunk.sequence, row: row)
      } catch {
        fail(chunk.work, error)
      }
    }
  }

  private func fail(_ work: SequenceWork, _ error: any Error) {
    prefilling.removeAll { $0 === work }
    generating.removeAll { $0 === work }
    end(work, failing: error)
  }
}

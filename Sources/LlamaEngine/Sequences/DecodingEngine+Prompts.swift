import CLlama

/// Reading prompts: short ones side by side in one batch, long ones by themselves.
extension DecodingEngine {
  /// The most prompts decoded in one step before the answers advance by a token: a new prompt waits for at most one
  /// token, and answers wait for at most this many prompts.
  static let readsPerStep = 8

  /// A prompt whose sequence has begun, and the piece of it that is read next.
  private struct Piece {
    let work: SequenceWork
    let sequence: Int
    let tokens: ArraySlice<llama_token>
    /// Whether the prompt ends with it.
    var isLast: Bool { tokens.endIndex == work.prompt.tokens.endIndex }
  }

  /// Reads a piece of each of some prompts, a batch at most.
  func readPrompts() {
    var pieces: [Piece] = []
    for work in reading.prefix(Self.readsPerStep) {
      guard let sequence = work.sequence else { continue }
      do {
        if !work.hasBegun { try begin(work, in: sequence) }
        let rest = work.prompt.tokens[work.read...]
        pieces.append(Piece(work: work, sequence: sequence, tokens: rest.prefix(context.shape.batchTokens)))
      } catch {
        fail(work, error)
      }
    }
    var rest = pieces[...]
    while !rest.isEmpty {
      let group = rest.prefix(companions(in: rest))
      rest = rest.dropFirst(group.count)
      read(group)
    }
  }

  /// How many of the first pieces are read in one batch, at least the first.
  ///
  /// llama.cpp computes a batch in one piece when its sequences are neighbours and bring equally many tokens. Shorter
  /// prompts are therefore padded after their last token, where none of their own tokens attends, and the padding is
  /// removed at once, as long as it is a small part of the batch.
  private func companions(in pieces: ArraySlice<Piece>) -> Int {
    guard let first = pieces.first, canShare(first) else { return 1 }
    var (count, longest, sum) = (1, first.tokens.count, first.tokens.count)
    for piece in pieces.dropFirst() {
      let length = max(longest, piece.tokens.count)
      let total = length * (count + 1)
      guard canShare(piece), piece.sequence == first.sequence + count, total <= context.shape.batchTokens,
        (total - sum - piece.tokens.count) * Self.fillingIsOneIn <= total,
        pieces.prefix(count + 1).allSatisfy({ $0.work.length + length <= context.shape.tokensPerSequence })
      else { break }
      (count, longest, sum) = (count + 1, length, sum + piece.tokens.count)
    }
    return count
  }

  /// At most one token in this many of a batch of prompts is padding.
  private static let fillingIsOneIn = 4

  /// Whether a piece needs nothing decoded for itself before the logits of its last token are used up.
  private func canShare(_ piece: Piece) -> Bool {
    piece.isLast && piece.work.scoring?.labels.allSatisfy { $0.count == 1 } ?? true
  }

  /// Reads pieces of neighbours in one batch.
  private func read(_ group: ArraySlice<Piece>) {
    let longest = group.map(\.tokens.count).max() ?? 0
    var rows: [Int] = []
    batch.removeAll()
    for piece in group {
      for (offset, token) in piece.tokens.enumerated() {
        let isEnd = piece.isLast && offset == piece.tokens.count - 1
        if offset == piece.tokens.count - 1 { rows.append(batch.count) }
        batch.add(token, to: piece.sequence, at: piece.work.position + offset, wantsLogits: isEnd)
      }
      for offset in piece.tokens.count..<longest {
        batch.add(Self.filler, to: piece.sequence, at: piece.work.position + offset, wantsLogits: false)
      }
    }
    do {
      try context.decode(batch)
    } catch {
      for piece in group { fail(piece.work, error) }
      return
    }
    for piece in group {
      let count = piece.tokens.count
      // llama.cpp copies a forked cache in the first decode after the fork: only now may the view go.
      begun(piece.work)
      piece.work.read += count
      piece.work.position += count
      piece.work.computed += count
      context.statistics.promptTokens += count
      guard count < longest else { continue }
      context.truncate(piece.sequence, to: piece.work.position)
      context.statistics.fillers += longest - count
    }
    for (piece, row) in zip(group, rows) where piece.isLast {
      reading.removeAll { $0 === piece.work }
      do {
        try finishReading(piece.work, in: piece.sequence, row: row)
      } catch {
        fail(piece.work, error)
      }
    }
  }

  private func fail(_ work: SequenceWork, _ error: any Error) {
    reading.removeAll { $0 === work }
    writing.removeAll { $0 === work }
    end(work, failing: error)
  }
}

import CLlama

/// Keeps the active answers in neighbouring sequences: llama.cpp computes a batch in one piece for each run of
/// neighbours, and each piece reads all weights.
extension DecodingEngine {
  /// Answers with at most this many tokens left are not moved: a copy costs about as much as a piece of a batch.
  private static let leastToMove = 8

  /// Moves answers from one end of the sequences into free ones between the others, until the active ones are
  /// neighbours. They are taken from the end that has fewer.
  ///
  /// A batch is computed in one piece for each run of neighbours, and a piece reads all weights; a moved sequence is copied
  /// once. llama.cpp carries copies out in their order before it decodes, so what a sequence is given to next harms nothing.
  func closeGaps() {
    while let move = answerToMove() {
      let work = generating[move.index]
      guard let answer = work.answer, answer.tokenLimit - answer.tokens.count >= Self.leastToMove,
        let from = work.sequence, let place = freeAnswerSequences.firstIndex(of: move.target)
      else { return }
      freeAnswerSequences.remove(at: place)
      context.move(from, to: move.target)
      giveBack(from)
      generating.remove(at: move.index)
      work.sequence = move.target
      startGenerating(work)
    }
  }

  /// Which answer would close a gap, and the free sequence that it would go to; `nil` when there is no gap with a free one.
  private func answerToMove() -> (index: Int, target: Int)? {
    let taken = generating.compactMap(\.sequence)
    guard taken.count == generating.count, let first = taken.first, let last = taken.last, last - first >= taken.count
    else { return nil }
    let inside = freeAnswerSequences.filter { $0 > first && $0 < last }
    guard let highest = inside.first, let lowest = inside.last else { return nil }
    let below = zip(taken, first...).prefix { $0 == $1 }.count
    let above = zip(taken.reversed(), (first...last).reversed()).prefix { $0 == $1 }.count
    return above <= below ? (taken.count - 1, lowest) : (0, highest)
  }

  /// Free sequences that close a gap between two answers, when all in it are free and they are few enough: where weights do
  /// not fit a processor's caches, each piece of a batch reads them all again, and a token more costs little beside that.
  func filling(between lower: Int, and upper: Int) -> [Int] {
    let gap = Array((lower + 1)..<upper)
    guard !gap.isEmpty, gap.count <= longestFilledGap, gap.allSatisfy(freeAnswerSequences.contains) else { return [] }
    return gap
  }

  /// The padding token for gaps and short prompts: any token of the vocabulary.
  static let paddingToken: llama_token = 0
}

import CLlama
import VisionLanguage

/// What is decoded for one prompt alone.
extension DecodingEngine {
  /// Reads tokens in pieces that fit a batch. Returns the last one's row.
  @discardableResult func read(
    _ tokens: ArraySlice<llama_token>, into sequence: Int, at position: Int, wantsLogits: Bool
  ) throws(EngineFault) -> Int {
    var row = 0
    var start = tokens.startIndex
    while start < tokens.endIndex {
      let end = min(start + context.shape.batchTokens, tokens.endIndex)
      batch.removeAll()
      for index in start..<end {
        batch.add(
          tokens[index], to: sequence, at: position + index - tokens.startIndex,
          wantsLogits: wantsLogits && index == tokens.endIndex - 1)
      }
      try context.decode(batch)
      row = end - start - 1
      start = end
    }
    context.statistics.promptTokens += tokens.count
    return row
  }

  /// Gives a sequence a prefix: a copy of the one that is kept, or read now. Returns whether it had to be read.
  func begin(_ sequence: Int, with prefix: ArraySlice<llama_token>) throws(EngineFault) -> Bool {
    if let source = prefixes.sequence(of: prefix) {
      context.fork(source, into: sequence)
      return false
    }
    guard let reserved = prefixes.reserve() else {
      context.clear(sequence)
      try read(prefix, into: sequence, at: 0, wantsLogits: false)
      return true
    }
    context.clear(reserved)
    do {
      try read(prefix, into: reserved, at: 0, wantsLogits: false)
    } catch {
      context.clear(reserved)
      prefixes.release(reserved)
      throw error
    }
    prefixes.keep(prefix, in: reserved)
    context.fork(reserved, into: sequence)
    return true
  }

  /// Puts into a prompt's sequence what comes before the part that is its own.
  func begin(_ work: SequenceWork, in sequence: Int) throws(EngineFault) {
    if let number = work.image {
      guard let image = images[number] else { throw .closed }
      context.fork(image.sequence, into: sequence)
      work.position = image.position
      work.surplus = image.length - image.position
      work.shared = image.length
    } else if work.prompt.prefix > 0 {
      let count = work.prompt.prefix
      let isNew = try begin(sequence, with: work.prompt.tokens.prefix(count))
      if isNew { work.computed = count } else { work.shared = count }
      work.read = count
      work.position = count
    } else {
      context.clear(sequence)
    }
  }

  /// The sum of each label's tokens' log-probabilities. Labels of one token cost nothing more than the prompt.
  ///
  /// - Parameter first: is called while the prompt's logits are still there.
  func logProbabilities(
    of labels: [[llama_token]], after work: SequenceWork, in sequence: Int, row: Int,
    first: () throws(EngineFault) -> Void
  ) throws(EngineFault) -> LabelScores {
    var sums = [Double](repeating: 0, count: labels.count)
    try context.withLogits(ofRow: row) { logits in
      let normaliser = logits.logSumExp
      for (index, label) in labels.enumerated() {
        if let first = label.first { sums[index] = logits.logProbability(of: first, normaliser: normaliser) }
      }
    }
    try first()
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
    context.statistics.promptTokens += decoded
    // What an answer after the same prompt counts is not counted twice.
    return work.answer == nil
      ? LabelScores(
        logProbabilities: sums, promptTokens: work.computed + decoded, sharedPromptTokens: work.shared)
      : LabelScores(logProbabilities: sums, promptTokens: decoded)
  }
}

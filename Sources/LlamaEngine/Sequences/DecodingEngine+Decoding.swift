import CLlama
import VisionLanguage

/// What is decoded for one prompt alone.
extension DecodingEngine {
  func read(
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
  func logProbabilities(
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

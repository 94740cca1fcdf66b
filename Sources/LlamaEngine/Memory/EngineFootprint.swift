import Weights

/// What an engine takes of memory, in bytes.
public struct EngineFootprint: Sendable, Hashable {
  /// The weights' and the projector's files.
  public let weights: Int
  /// llama.cpp's buffers to compute in: as much as the projector again, and at least 64 MiB.
  public let computing: Int
  /// The keys and values of one sequence.
  public let sequence: Int
  /// Sequences of an examination: its image and its prompts side by side.
  public let sequencesPerExamination: Int
  /// Sequences that all examinations share, for prefixes of prompts.
  public let sharedSequences: Int
  /// The cache of images' embeddings at its fullest.
  public let embeddings: Int

  /// One more examination at the same time.
  public var examination: Int { sequence * sequencesPerExamination }
  /// What is taken whatever the number of examinations.
  public var fixed: Int { weights + computing + sequence * sharedSequences + embeddings }

  private static let leastComputing = 64 << 20
  /// llama.cpp's caches hold 16-bit numbers, one key and one value for each.
  private static let bytesPerNumber = 2
  /// One part in this many of the free memory is left to everything else.
  private static let partLeftFree = 4

  init(
    text: TextWeights, projector: ProjectorWeights?, tokensPerSequence: Int, sequencesPerExamination: Int,
    sharedSequences: Int, embeddings: Int
  ) {
    weights = text.fileSize + (projector?.fileSize ?? 0)
    computing = max(Self.leastComputing, projector?.fileSize ?? 0)
    // TextShape bounds every factor but the tokens, which llama.cpp's own context length bounds.
    let perToken = text.blockCount * text.headCountKV * (text.keyLength + text.valueLength) * Self.bytesPerNumber
    sequence = perToken.multipliedReportingOverflow(by: tokensPerSequence).partialValue
    self.sequencesPerExamination = sequencesPerExamination
    self.sharedSequences = sharedSequences
    self.embeddings = embeddings
  }

  /// That of several engines.
  func times(_ count: Int) -> EngineFootprint {
    EngineFootprint(
      weights: weights * count, computing: computing * count, sequence: sequence,
      sequencesPerExamination: sequencesPerExamination, sharedSequences: sharedSequences * count,
      embeddings: embeddings * count)
  }

  private init(
    weights: Int, computing: Int, sequence: Int, sequencesPerExamination: Int, sharedSequences: Int, embeddings: Int
  ) {
    self.weights = weights
    self.computing = computing
    self.sequence = sequence
    self.sequencesPerExamination = sequencesPerExamination
    self.sharedSequences = sharedSequences
    self.embeddings = embeddings
  }

  /// How many examinations fit side by side into three quarters of the free memory; at least 1, at most `most`.
  public func examinations(inFree bytes: Int?, most: Int) -> Int {
    guard let bytes, examination > 0 else { return 1 }
    let budget = bytes - bytes / Self.partLeftFree - fixed
    return min(max(1, budget / examination), max(1, most))
  }
}

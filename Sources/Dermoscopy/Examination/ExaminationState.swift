import VisionLanguage

/// The results of an examination so far, and their cost.
struct ExaminationState {
  var observations = Observations()
  var description: CleanedDescription?
  var flags: Set<QualityFlag> = []
  var timings = ExaminationTimings()
  var counts = ExaminationCounts()

  mutating func add(_ cost: EncodingCost) {
    timings.encode += cost.encoding.milliseconds
    counts.imageEncodes += cost.imageEncodes
    counts.promptTokens += cost.promptTokens
    counts.sharedPromptTokens += cost.sharedPromptTokens
  }

  mutating func add(_ generation: Generation) {
    counts.promptTokens += generation.promptTokens
    counts.sharedPromptTokens += generation.sharedPromptTokens
    counts.generatedTokens += generation.generatedTokens
  }

  mutating func add(_ scores: LabelScores) {
    counts.promptTokens += scores.promptTokens
    counts.sharedPromptTokens += scores.sharedPromptTokens
  }
}

extension Duration {
  /// Milliseconds, to a tenth.
  var milliseconds: Double { (self / .milliseconds(1)).rounded(toDigits: 1) }
}

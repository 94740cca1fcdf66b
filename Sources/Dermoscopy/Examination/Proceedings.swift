import VisionLanguage

/// What an examination has found so far, and what that took.
struct Proceedings {
  var observations = Observations()
  var description: CleanedDescription?
  var flags: Set<QualityFlag> = []
  var timings = ExaminationTimings()
  var counts = ExaminationCounts()

  mutating func add(_ cost: LookingCost) {
    timings.encode += cost.encoding.milliseconds
    counts.imageEncodes += cost.imageEncodes
    counts.promptTokens += cost.promptTokens
  }

  mutating func add(_ generation: Generation) {
    counts.promptTokens += generation.promptTokens
    counts.generatedTokens += generation.generatedTokens
  }
}

extension Duration {
  /// Milliseconds, to a tenth.
  var milliseconds: Double { (self / .milliseconds(1)).rounded(toDigits: 1) }
}

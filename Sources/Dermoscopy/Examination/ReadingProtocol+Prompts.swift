/// What the later phases are asked, with what the earlier ones found.
extension ReadingProtocol {
  /// The text that a prompt shows when cleaning left nothing of the description.
  static let noDescription = "none"

  /// The checks of its outputs. Their lists take longer to prepare than an output to check: prepare them once for many.
  public var qualityChecks: QualityChecks {
    QualityChecks(
      refusals: refusals, comparisonWords: review?.comparisonWords ?? [],
      additionalWords: review?.additionalWords ?? [], codes: classification.codes)
  }

  func prompt(of review: Review, notes: Observations) -> String {
    review.prompt.filled(observations: lines(of: notes))
  }

  func classificationPrompt(notes: Observations, description: CleanedDescription?) -> String {
    filled(classification.prompt, notes: notes, description: description)
  }

  /// Phase 3's prompt, or another in its place, with notes and description.
  func filled(_ prompt: PromptTemplate, notes: Observations, description: CleanedDescription?) -> String {
    let line = (description?.cleaned ?? "").split(whereSeparator: \.isWhitespace).joined(separator: " ")
    return prompt.filled(
      observations: lines(of: notes), description: line.isEmpty ? Self.noDescription : line)
  }

  /// The observations as a prompt shows them: one per line, with the questions' labels.
  private func lines(of observations: Observations) -> String {
    questions.map { question in
      "\(question.label): \(observations[question.id]?.value ?? Observation.unclear)"
    }.joined(separator: "\n")
  }
}

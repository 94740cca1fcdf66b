/// One prompt and its answer, which show why an image has a flag.
public struct PromptExchange: Sendable, Hashable {
  /// The phase that it belongs to.
  public let phase: ExaminationPhase
  /// What people call it: a question's label, "Review" or "Classification".
  public let title: String
  /// What the model was asked.
  public let asked: String
  /// What it wrote, untouched.
  public let answered: String
  /// What is wrong with what it wrote, in the order of `QualityFlag.allCases`.
  public let flags: [QualityFlag]
}

extension ReadingProtocol {
  /// All prompts and answers of an examination by this protocol, with the flags of each answer.
  ///
  /// An image's flags are those of all its exchanges, and `no_lesion`, which is about the picture. Codes that were only
  /// scored have no exchange.
  ///
  /// - Parameters:
  ///   - report: the examination's.
  ///   - checks: ``qualityChecks``, where they are at hand.
  public func exchanges(in report: ExaminationReport, checks: QualityChecks? = nil) -> [PromptExchange] {
    let checks = checks ?? qualityChecks
    var exchanges = questions.compactMap { question -> PromptExchange? in
      guard let answer = report.observations[question.id]?.raw else { return nil }
      return PromptExchange(
        phase: .observation, title: question.label, asked: question.prompt, answered: answer,
        flags: checks.flags(ofObservation: answer))
    }
    if let review, let description = report.description {
      exchanges.append(
        PromptExchange(
          phase: .review, title: "Review", asked: prompt(of: review, notes: report.observations),
          answered: description.raw, flags: checks.flags(ofDescription: description)))
    }
    if let diagnosis = report.diagnosis, diagnosis.method == .model || diagnosis.method == .fallback {
      var flags = Set(checks.flags(ofClassification: diagnosis.raw))
      // A valid code that is not among a rule protocol's choices.
      if diagnosis.method == .fallback { flags.insert(.invalidCode) }
      exchanges.append(
        PromptExchange(
          phase: .classification, title: "Classification",
          asked: classificationPrompt(notes: report.observations, description: report.description),
          answered: diagnosis.raw, flags: QualityFlag.allCases.filter(flags.contains)))
    }
    return exchanges
  }
}

import VisionLanguage

extension ExaminationSession {
  /// Phase 3: a code from the notes and the description alone.
  ///
  /// The model does not see the image any more.
  func classify(_ state: inout ExaminationState) async throws -> Diagnosis { try await classified(&state).diagnosis }

  /// The diagnosis, and the codes' scores before their calibration.
  func classified(_ state: inout ExaminationState) async throws -> (diagnosis: Diagnosis, scores: LabelScores) {
    try begin(.classification)
    let started = ContinuousClock.now
    let classification = readingProtocol.classification
    let text = readingProtocol.classificationPrompt(
      notes: state.observations, description: state.description)

    let choice: Choice
    switch classification.method {
    case .rules(let rules, let choices, let fallback):
      let observations = state.observations
      if let rule = rules.first(where: { $0.holds(for: observations.words(of:)) }) {
        choice = Choice(code: rule.code, method: .rule(rule.id), scores: try await scores(from: model, after: text))
      } else {
        choice = try await written(after: text, choices: choices, fallback: fallback)
      }
    case .model(let fallback):
      choice = try await written(after: text, choices: classification.codes, fallback: fallback)
    case .scored:
      choice = Choice(code: nil, method: .scored, scores: try await scores(from: model, after: text))
    }

    if let answer = choice.answer { state.add(answer) }
    state.add(choice.scores)
    state.flags.formUnion(choice.flags)
    state.timings.phase3 = (ContinuousClock.now - started).milliseconds
    return (try diagnosis(choice, .classification), choice.scores)
  }

  /// The protocol's codes, scored while the model looks at the image; the most probable one is the diagnosis.
  func score(in view: any ImageContext, _ state: inout ExaminationState) async throws -> Diagnosis {
    try begin(.classification)
    let started = ContinuousClock.now
    let scores = try await scores(from: view, after: readingProtocol.classification.prompt.filled())
    state.add(scores)
    state.timings.phase3 = (ContinuousClock.now - started).milliseconds
    return try diagnosis(Choice(code: nil, method: .scored, scores: scores), .direct)
  }

  // MARK: Choosing

  /// A code with the scores of all codes; without a code, the most probable one.
  private struct Choice {
    var code: LesionCode?
    var method: DiagnosisMethod
    var scores: LabelScores
    var answer: Generation?
    var flags: [QualityFlag] = []
  }

  private func diagnosis(_ choice: Choice, _ subject: Calibration.Subject) throws -> Diagnosis {
    let probabilities = Calibration(of: model, for: subject).probabilities(choice.scores)
    if choice.code == nil, let reason = choice.scores.unscored {
      throw NoProbabilities(protocolID: readingProtocol.id, reason: reason)
    }
    guard let code = choice.code ?? probabilities?.likeliest(of: readingProtocol.classification.codes) else {
      throw ModelContractFault(message: "had no code to choose from")
    }
    return Diagnosis(
      code: code, method: choice.method, raw: choice.answer?.text ?? "", probabilities: probabilities,
      unscored: choice.scores.unscored)
  }

  /// Lets the model write a code, and scores all codes after the same prompt; a code that is not among the choices does
  /// not count.
  private func written(
    after text: String, choices: [LesionCode], fallback: LesionCode
  ) async throws -> Choice {
    guard let sampling = sampling.classification else {
      return Choice(code: fallback, method: .fallback, scores: try await scores(from: model, after: text))
    }
    let words = AnswerConstraint(words: choices.map(\.rawValue))
    var request = request(text, sampling, phase: .classification, words: words)
    request.prompt.prefix = readingProtocol.classification.prompt.prefix
    let labels = LesionCode.allCases.map(\.label)
    let response = try await model.respond(to: request, scoring: labels)
    let scores = try complete(response.scores)
    let answer = try await response.stream.answer()

    let codes = readingProtocol.classification.codes
    var flags = qualityChecks.flags(ofClassification: answer.text)
    if let code = CodeReader.read(answer.text, codes: codes).code, choices.contains(code) {
      return Choice(code: code, method: .model, scores: scores, answer: answer, flags: flags)
    }
    flags.append(.invalidCode)
    return Choice(code: fallback, method: .fallback, scores: scores, answer: answer, flags: flags)
  }

  // MARK: Scoring

  private func scores(from model: any LanguageModel, after text: String) async throws -> LabelScores {
    try await scores(from: model, after: text, prefix: readingProtocol.classification.prompt.prefix)
  }

  func scores(from model: any LanguageModel, after text: String, prefix: String) async throws -> LabelScores {
    var prompt = prompt(text)
    prompt.prefix = prefix
    return try complete(try await model.score(LesionCode.allCases.map(\.label), after: prompt))
  }

  private func complete(_ scores: LabelScores) throws -> LabelScores {
    let codes = LesionCode.allCases.count
    guard scores.unscored == nil else { return scores }
    guard scores.logProbabilities.count == codes else {
      throw ModelContractFault(message: "scored \(scores.logProbabilities.count) of \(codes) codes")
    }
    return scores
  }
}

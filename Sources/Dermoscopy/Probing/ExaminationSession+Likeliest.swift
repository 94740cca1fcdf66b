import VisionLanguage

extension ExaminationSession {
  /// Phase 1 without lots: of questions with one word for an answer the likeliest word, scored; of those with several the
  /// words of the greedy answer.
  func observeLikeliest(in view: any LanguageModel, _ state: inout ExaminationState) async throws {
    let questions = readingProtocol.questions
    guard !questions.isEmpty, let sampling = sampling.observation else { return }
    try begin(.observation)
    let answers = try await withThrowingTaskGroup(of: (Int, LikeliestWord).self) { group in
      for (index, question) in questions.enumerated() {
        group.addTask { (index, try await likeliest(question, in: view, sampling)) }
      }
      var answers = [LikeliestWord?](repeating: nil, count: questions.count)
      for try await (index, answer) in group { answers[index] = answer }
      return answers.compactMap(\.self)
    }
    for answer in answers {
      if let generation = answer.generation { state.add(generation) }
      if let scores = answer.scores { state.add(scores) }
    }
    state.observations = Observations(zip(questions, answers).map { ($0.id, $1.observation) })
  }

  private struct LikeliestWord: Sendable {
    var observation: Observation
    var generation: Generation?
    var scores: LabelScores?
  }

  private func likeliest(
    _ question: Question, in view: any LanguageModel, _ sampling: Sampling
  ) async throws -> LikeliestWord {
    if question.answer.kind == .many { return try await greedy(question, in: view, sampling) }
    let values = question.answer.values
    let scores = try await view.score(values.map { " " + $0 }, after: prompt(question.prompt))
    // Some endpoints score nothing, or too few words.
    if scores.unscored != nil { return try await greedy(question, in: view, sampling) }
    guard scores.logProbabilities.count == values.count else {
      throw ModelContractFault(message: "scored \(scores.logProbabilities.count) of \(values.count) words")
    }
    let best = values.indices.reduce(0) { scores.logProbabilities[$1] > scores.logProbabilities[$0] ? $1 : $0 }
    return LikeliestWord(observation: Observation(value: values[best], raw: values[best]), scores: scores)
  }

  private func greedy(
    _ question: Question, in view: any LanguageModel, _ sampling: Sampling
  ) async throws -> LikeliestWord {
    var greedy = sampling
    greedy.temperature = 0
    let answer = try await self.answer(
      request(question.prompt, greedy, phase: .observation, question: question.id), of: view)
    return LikeliestWord(observation: observation(question, answer), generation: answer)
  }

  /// Phase 3 without lots and without scores: the code of the greedy answer; `nil` if it names none.
  func likeliestCode(after text: String, prefix: String, _ state: inout ExaminationState) async throws -> LesionCode? {
    guard var sampling = sampling.classification else { return nil }
    sampling.temperature = 0
    var request = request(text, sampling, phase: .classification)
    request.prompt.prefix = prefix
    let answer = try await answer(request, of: model)
    state.add(answer)
    return CodeReader.read(answer.text, codes: readingProtocol.classification.codes).code
  }

  private func answer(_ request: GenerationRequest, of model: any LanguageModel) async throws -> Generation {
    guard let stream = try await model.respond(to: [request]).first else {
      throw ModelContractFault(message: "did not answer")
    }
    return try await stream.answer()
  }
}

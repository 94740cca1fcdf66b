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
    if question.answer.kind == .many {
      var greedy = sampling
      greedy.temperature = 0
      let request = request(question.prompt, greedy, phase: .observation, question: question.id)
      guard let stream = try await view.respond(to: [request]).first else {
        throw ModelContractFault(message: "did not answer")
      }
      let answer = try await stream.answer()
      return LikeliestWord(observation: observation(question, answer), generation: answer)
    }
    let values = question.answer.values
    let scores = try await view.score(values.map { " " + $0 }, after: prompt(question.prompt))
    guard scores.logProbabilities.count == values.count else {
      throw ModelContractFault(message: "scored \(scores.logProbabilities.count) of \(values.count) words")
    }
    let best = values.indices.reduce(0) { scores.logProbabilities[$1] > scores.logProbabilities[$0] ? $1 : $0 }
    return LikeliestWord(observation: Observation(value: values[best], raw: values[best]), scores: scores)
  }
}

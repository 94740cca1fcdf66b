import VisionLanguage

extension ExaminationSession {
  /// Phase 1: all questions are submitted at once and answered concurrently.
  func observe(in view: any LanguageModel, _ state: inout ExaminationState) async throws {
    let questions = readingProtocol.questions
    guard !questions.isEmpty, let sampling = sampling.observation else { return }
    try begin(.observation)
    let started = ContinuousClock.now

    let streams = try await view.respond(
      to: questions.map {
        request($0.prompt, sampling, phase: .observation, question: $0.id, words: $0.answer.constraint)
      })
    guard streams.count == questions.count else {
      throw ModelContractFault(message: "answered \(streams.count) of \(questions.count) questions")
    }
    let answers = try await withThrowingTaskGroup(of: (Int, Generation).self) { group in
      for (index, stream) in streams.enumerated() {
        group.addTask { (index, try await stream.answer()) }
      }
      var answers = [Generation?](repeating: nil, count: questions.count)
      for try await (index, answer) in group {
        answers[index] = answer
        log.append(.observation(question: questions[index].id, observation(questions[index], answer)))
      }
      return answers.compactMap(\.self)
    }

    let checks = qualityChecks
    for answer in answers {
      state.add(answer)
      state.flags.formUnion(checks.flags(ofObservation: answer.text))
    }
    state.observations = Observations(
      zip(questions, answers).map { ($0.id, observation($0, $1)) })
    state.timings.phase1 = (ContinuousClock.now - started).milliseconds
  }

  func observation(_ question: Question, _ answer: Generation) -> Observation {
    Observation(
      value: AnswerReader(form: question.answer, subject: question.label).value(of: answer.text), raw: answer.text)
  }

  var qualityChecks: QualityChecks { readingProtocol.qualityChecks }
}

extension GenerationStream {
  /// Reads an answer to its end.
  ///
  /// - Parameter piece: gets each piece of the text as it comes.
  func answer(_ piece: (String) -> Void = { _ in }) async throws -> Generation {
    for try await event in self {
      switch event {
      case .text(let text): piece(text)
      case .finished(let generation): return generation
      }
    }
    // A stream whose reader was cancelled ends as if it were over.
    try Task.checkCancellation()
    throw ModelContractFault(message: "stopped in the middle of an answer")
  }
}

import VisionLanguage

extension ExaminationSession {
  /// Phase 2: the observations are compared with the same view; what is written is cleaned.
  func review(in view: any LanguageModel, _ state: inout ExaminationState) async throws {
    guard let review = readingProtocol.review, let sampling = sampling.review else { return }
    try begin(.review)
    let started = ContinuousClock.now

    let text = readingProtocol.prompt(of: review, notes: state.observations)
    let streams = try await view.respond(to: [request(text, sampling, phase: .review)])
    guard let stream = streams.first else { throw ModelContractFault(message: "did not answer") }
    let answer = try await stream.answer { log.append(.descriptionText($0)) }

    state.add(answer)
    take(answer.text, &state)
    state.timings.phase2 = (ContinuousClock.now - started).milliseconds
  }

  /// Cleans a description and adds it to the results.
  func take(_ raw: String, _ state: inout ExaminationState) {
    let description = DescriptionCleaner(refusals: readingProtocol.refusals).clean(raw)
    state.flags.formUnion(qualityChecks.flags(ofDescription: description))
    state.description = description
    log.append(.descriptionCleaned(description))
  }
}

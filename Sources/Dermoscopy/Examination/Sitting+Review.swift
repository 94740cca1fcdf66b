import VisionLanguage

extension Sitting {
  /// Phase 2: the observations are compared with the same view; what is written is cleaned.
  func review(in view: any ImageView, _ proceedings: inout Proceedings) async throws {
    guard let review = readingProtocol.review, let sampling = sampling.review else { return }
    try begin(.review)
    let started = ContinuousClock.now

    let text = readingProtocol.prompt(of: review, notes: proceedings.observations)
    let streams = try await view.respond(to: [request(text, sampling, phase: .review)])
    guard let stream = streams.first else { throw ModelFault(message: "did not answer") }
    let answer = try await stream.answer { log.append(.descriptionText($0)) }

    proceedings.add(answer)
    take(answer.text, &proceedings)
    proceedings.timings.phase2 = (ContinuousClock.now - started).milliseconds
  }

  /// Cleans a description and adds it to the results.
  func take(_ raw: String, _ proceedings: inout Proceedings) {
    let description = DescriptionCleaner(refusals: readingProtocol.refusals).clean(raw)
    proceedings.flags.formUnion(qualityChecks.flags(ofDescription: description))
    proceedings.description = description
    log.append(.descriptionCleaned(description))
  }
}

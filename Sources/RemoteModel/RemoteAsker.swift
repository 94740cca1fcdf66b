import VisionLanguage

/// Puts prompts to a server, with or without a picture before them.
struct RemoteAsker: Sendable {
  let client: ChatClient
  let model: String
  let dialect: Dialect
  let continuesAnswers: Bool

  private func request(
    _ prompt: Prompt, written: String = "", _ sampling: Sampling, seed: UInt32 = 0, seeing picture: PictureMessage?,
    alternatives: Int? = nil
  ) -> ChatRequest {
    let prefix = prompt.answerPrefix + written
    return ChatRequest(
      model: model, picture: picture, text: prompt.text,
      answerPrefix: continuesAnswers && !prefix.isEmpty ? prefix : nil, sampling: sampling, seed: seed,
      alternatives: alternatives, dialect: dialect)
  }

  /// An answer as it comes; dropping the stream ends the request.
  func stream(_ asked: GenerationRequest, seeing picture: PictureMessage?, pace: RequestPace?) -> GenerationStream {
    let request = request(asked.prompt, asked.sampling, seed: asked.seed, seeing: picture)
    return GenerationStream { continuation in
      let task = Task {
        do {
          let (_, generation) = try await send(request, pace) { continuation.yield(.text($0)) }
          continuation.yield(.finished(generation))
          continuation.finish()
        } catch {
          continuation.finish(throwing: error)
        }
      }
      continuation.onTermination = { _ in task.cancel() }
    }
  }

  private func send(
    _ request: ChatRequest, _ pace: RequestPace?, piece: @escaping @Sendable (String) -> Void = { _ in }
  ) async throws -> (answer: ChatAnswer, generation: Generation) {
    try await pace?.enter()
    defer { pace?.leave() }
    return try await client.answer(to: request) { text in
      pace?.begun()
      piece(text)
    }
  }

  // MARK: Scores

  /// Labels after a prompt.
  func score(
    _ labels: [String], after prompt: Prompt, seeing picture: PictureMessage?, pace: RequestPace?
  ) async throws -> LabelScores {
    try await scores(of: labels, LabelWalk(self.labels(labels)), after: prompt, seeing: picture, pace)
  }

  /// An answer, with the labels scored from the same request where that is possible.
  func answer(_ asked: GenerationRequest, scoring labels: [String]) async throws -> ScoredAnswer {
    let wanted = request(
      asked.prompt, asked.sampling, seed: asked.seed, seeing: nil, alternatives: dialect.alternatives)
    var generation: Generation
    var scores: LabelScores
    do {
      let sent = try await send(wanted, nil)
      generation = sent.generation
      var walk = LabelWalk(self.labels(labels))
      Self.follow(sent.answer, &walk)
      scores = try await self.scores(of: labels, walk, after: asked.prompt, seeing: nil, nil)
    } catch RemoteFault.refused(_, let status, let message) where Self.deniesScores.contains(status) {
      generation = try await send(request(asked.prompt, asked.sampling, seed: asked.seed, seeing: nil), nil).generation
      scores = unscored(Self.denial(status, message), LabelScores(logProbabilities: [], promptTokens: 0))
    }
    let stream = GenerationStream { continuation in
      continuation.yield(.text(generation.text))
      continuation.yield(.finished(generation))
      continuation.finish()
    }
    return ScoredAnswer(stream: stream, scores: scores)
  }

  /// Takes the alternatives along a written answer for as long as it could still be a label.
  private static func follow(_ answer: ChatAnswer, _ walk: inout LabelWalk) {
    var written: [UInt8] = []
    for place in answer.alternatives {
      guard !place.others.isEmpty, let beginning = walk.open.first(where: { $0.text == written }) else { return }
      walk.take(place.others, after: beginning)
      written += place.chosen.bytes
    }
  }

  /// Asks for the beginnings that a walk still needs.
  private func scores(
    of labels: [String], _ started: LabelWalk, after prompt: Prompt, seeing picture: PictureMessage?,
    _ pace: RequestPace?
  ) async throws -> LabelScores {
    var walk = started
    var scores = LabelScores(logProbabilities: [], promptTokens: 0)
    while !walk.isOver, let beginning = walk.open.first {
      guard beginning.text.isEmpty || continuesAnswers else {
        return unscored("the codes are several tokens, and the server does not continue an answer", scores)
      }
      let wanted = request(
        prompt, written: String(decoding: beginning.text, as: UTF8.self), .greedy(maxTokens: 1), seeing: picture,
        alternatives: dialect.alternatives)
      let answer: ChatAnswer
      do {
        let sent = try await send(wanted, pace)
        answer = sent.answer
        scores.promptTokens += sent.generation.promptTokens
        scores.sharedPromptTokens += sent.generation.sharedPromptTokens
      } catch RemoteFault.refused(_, let status, let message) where Self.deniesScores.contains(status) {
        return unscored(Self.denial(status, message), scores)
      }
      guard let first = answer.alternatives.first, !first.others.isEmpty else {
        return unscored("the server gives no log-probabilities", scores)
      }
      walk.take(first.others, after: beginning)
    }
    switch walk.scores(of: labels) {
    case .success(let values): scores.logProbabilities = values
    case .failure(let unscored): scores.unscored = unscored.reason
    }
    return scores
  }

  /// How servers refuse a request for log-probabilities.
  private static let deniesScores = [400, 422, 501]

  private static func denial(_ status: Int, _ message: String) -> String {
    "the server refuses log-probabilities (\(status)\(message.isEmpty ? "" : ": \(message)"))"
  }

  private func unscored(_ reason: String, _ scores: LabelScores) -> LabelScores {
    var scores = scores
    scores.unscored = reason
    return scores
  }

  /// Labels as the model writes them here: without a prefix before them, none begins with a space.
  private func labels(_ labels: [String]) -> [String] {
    continuesAnswers ? labels : labels.map { String($0.drop { $0 == " " }) }
  }
}

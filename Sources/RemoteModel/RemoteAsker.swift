import Synchronization
import VisionLanguage

/// Puts prompts to a server, with or without a picture before them.
struct RemoteAsker: Sendable {
  let client: ChatClient
  let model: String
  let dialect: Dialect
  let continuesAnswers: Bool
  /// Why the server gives no log-probabilities, once it has shown that it does not.
  let denial: ScoreDenial

  private func request(
    _ prompt: Prompt, written: String = "", _ sampling: Sampling, seed: UInt32 = 0, seeing picture: PictureMessage?,
    alternatives: Int? = nil, words: AnswerConstraint? = nil
  ) -> ChatRequest {
    let prefix = prompt.answerPrefix + written
    return ChatRequest(
      model: model, picture: picture, text: prompt.text,
      answerPrefix: continuesAnswers && !prefix.isEmpty ? prefix : nil, sampling: sampling, seed: seed,
      alternatives: alternatives, dialect: dialect, grammar: words?.grammar)
  }

  /// - Throws: `RemoteFault.unheld` where an answer is to be held to words and the server cannot do it.
  private func check(_ asked: GenerationRequest) throws(RemoteFault) {
    guard let words = asked.constraint, dialect.holding(to: words.grammar) == nil else { return }
    throw .unheld(host: client.endpoint.host)
  }

  /// An answer as it comes; dropping the stream ends the request.
  ///
  /// - Parameter pause: the least time between two texts; what comes sooner is told with the next one.
  func stream(
    _ asked: GenerationRequest, seeing picture: PictureMessage?, pace: RequestPace?, pause: Duration = Self.pause
  ) -> GenerationStream {
    let request = request(
      asked.prompt, asked.sampling, seed: asked.seed, seeing: picture, words: asked.constraint)
    return GenerationStream { continuation in
      let texts = PacedText(pause) { continuation.yield(.text($0)) }
      let task = Task {
        do {
          try check(asked)
          let (_, generation) = try await send(request, pace) { texts.take($0) }
          texts.end()
          continuation.yield(.finished(generation))
          continuation.finish()
        } catch {
          continuation.finish(throwing: error)
        }
      }
      continuation.onTermination = { _ in task.cancel() }
    }
  }

  /// Waking a reader for each token costs more than the token's text is worth; nobody reads faster than this.
  static let pause = Duration.milliseconds(50)

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
    try check(asked)
    let plain = request(asked.prompt, asked.sampling, seed: asked.seed, seeing: nil, words: asked.constraint)
    if asked.constraint != nil {
      // Held to words, the alternatives may be those among the words alone: the codes are scored by a request of their own.
      let generation = try await send(plain, nil).generation
      let scores = try await score(labels, after: asked.prompt, seeing: nil, pace: nil)
      return ScoredAnswer(stream: Self.stream(generation), scores: scores)
    }
    let wanted = request(
      asked.prompt, asked.sampling, seed: asked.seed, seeing: nil, alternatives: dialect.alternatives)
    var generation: Generation
    var scores: LabelScores
    if let reason = denial.reason {
      generation = try await send(plain, nil).generation
      return ScoredAnswer(
        stream: Self.stream(generation), scores: unscored(reason, LabelScores(logProbabilities: [], promptTokens: 0)))
    }
    do {
      let sent = try await send(wanted, nil)
      generation = sent.generation
      var walk = LabelWalk(self.labels(labels))
      Self.follow(sent.answer, &walk)
      scores = try await self.scores(of: labels, walk, after: asked.prompt, seeing: nil, nil)
    } catch RemoteFault.refused(_, let status, let message) where ChatClient.scoreRefusals.contains(status) {
      let reason = denial.note(Self.denial(status, message))
      generation = try await send(plain, nil).generation
      scores = unscored(reason, LabelScores(logProbabilities: [], promptTokens: 0))
    }
    return ScoredAnswer(stream: Self.stream(generation), scores: scores)
  }

  /// An answer that is there already.
  private static func stream(_ generation: Generation) -> GenerationStream {
    GenerationStream { continuation in
      continuation.yield(.text(generation.text))
      continuation.yield(.finished(generation))
      continuation.finish()
    }
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
    if let reason = denial.reason { return unscored(reason, scores) }
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
      } catch RemoteFault.refused(_, let status, let message) where ChatClient.scoreRefusals.contains(status) {
        return unscored(denial.note(Self.denial(status, message)), scores)
      }
      guard let first = answer.alternatives.first, !first.others.isEmpty else {
        return unscored(denial.note("the server gives no log-probabilities"), scores)
      }
      walk.take(first.others, after: beginning)
    }
    switch walk.scores(of: labels) {
    case .success(let values): scores.logProbabilities = values
    case .failure(let unscored): scores.unscored = unscored.reason
    }
    return scores
  }

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

/// Remembers that a server gives no log-probabilities, so that it is not asked for them again and again.
final class ScoreDenial: Sendable {
  private let told = Mutex<String?>(nil)

  /// The reason; `nil` while nothing speaks against asking.
  var reason: String? { told.withLock { $0 } }

  /// Notes a reason; the first one stays.
  func note(_ reason: String) -> String {
    told.withLock { told in
      told = told ?? reason
      return told ?? reason
    }
  }
}

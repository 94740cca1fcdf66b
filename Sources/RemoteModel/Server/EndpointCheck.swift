import VisionLanguage

/// What a server can do, tried out with a few short requests.
public struct EndpointCheck: Sendable {
  /// One thing that was tried.
  public struct Finding: Sendable, Hashable {
    /// What it is about, in one word.
    public var subject: String
    /// Whether it works; `nil` where that could not be found out.
    public var works: Bool?
    /// What was found.
    public var text: String
  }

  /// Tries a model out.
  ///
  /// - Parameters:
  ///   - model: the model.
  ///   - picture: any picture that the server has not seen before.
  /// - Returns: what was found, in the order in which it was tried.
  /// - Throws: `RemoteFault` when the server cannot answer a question about a picture; `CancellationError`.
  public static func findings(of model: RemoteVisionLanguageModel, seeing picture: PixelImage) async throws -> [Finding]
  {
    let server = model.server
    let asker = model.asker
    var findings = [
      Finding(subject: "server", works: true, text: server.program ?? "does not say which program it is"),
      Finding(
        subject: "context", works: server.contextTokens.map { $0 >= leastContext },
        text: server.contextTokens.map { "\($0) tokens a request" } ?? "the server does not say how long"),
      Finding(
        subject: "slots", works: server.slots.map { _ in true },
        text: server.interruptsAnswers
          ? "one request at a time: another would end the answer under way"
          : server.slots.map { "\($0) requests at once" } ?? "the server does not say how many"),
      Finding(
        subject: "beginnings", works: server.continuesAnswers,
        text: server.continuesAnswers == true
          ? "an answer can be begun for the model"
          : "an answer cannot be begun for the model, so protocols' answer prefixes are left out"),
    ]
    let message = try model.picture(of: picture)
    func ask(_ text: String, _ message: PictureMessage?) async throws -> Asked {
      try await asker.timed(Prompt(text: text, answerPrefix: "Answer:"), tokens: answerTokens, seeing: message)
    }
    let blind = try await ask("What is this?", nil)
    let first = try await ask("What is this?", message)
    let second = try await ask("Which colors does it have?", message)
    findings.append(vision(blind, first, said: server.seesImages))
    findings.append(
      Finding(
        subject: "streaming", works: first.pieces > 1 || first.generation.generatedTokens <= 1,
        text: "\(first.generation.generatedTokens) tokens came in \(first.pieces) pieces"))
    findings.append(cache(first, second))
    let scores = try await asker.score(
      [" A", " B"], after: Prompt(text: "A or B?", answerPrefix: ""), seeing: nil, pace: nil)
    let none = scores.unscored.flatMap { $0.contains("log-probabilities") ? $0 : nil }
    findings.append(
      Finding(
        subject: "logprobs", works: none == nil,
        text: none.map { "\($0); probabilities will be null" } ?? "the server gives log-probabilities of tokens"))
    return findings
  }

  /// An answer with its times.
  struct Asked: Sendable {
    var generation: Generation
    var pieces: Int
    /// Seconds until the first piece of text.
    var firstPiece: Double
  }

  private static let answerTokens = 8
  /// A picture of 256 tokens, the longest prompt of a built-in protocol and its answer.
  private static let leastContext = 1024

  private static func vision(_ blind: Asked, _ seeing: Asked, said: Bool?) -> Finding {
    func tokens(_ asked: Asked) -> Int { asked.generation.promptTokens + asked.generation.sharedPromptTokens }
    let (without, with) = (tokens(blind), tokens(seeing))
    guard without > 0, with > 0 else {
      return Finding(subject: "vision", works: said, text: "the picture was accepted; its tokens were not counted")
    }
    return Finding(
      subject: "vision", works: with > without,
      text: with > without
        ? "a picture adds \(with - without) tokens to a prompt"
        : "a picture adds no tokens to a prompt: the model does not see it")
  }

  private static func cache(_ first: Asked, _ second: Asked) -> Finding {
    func seconds(_ time: Double) -> String { "\((time * 1000).rounded() / 1000) s" }
    let shared = second.generation.sharedPromptTokens
    let times =
      "first words after \(seconds(first.firstPiece)), of a second question after \(seconds(second.firstPiece))"
    return Finding(
      subject: "cache", works: shared > 0 || second.firstPiece < first.firstPiece / 2,
      text: shared > 0 ? "\(times); \(shared) of its tokens were known" : times)
  }
}

extension RemoteAsker {
  /// One greedy answer with its times.
  func timed(_ prompt: Prompt, tokens: Int, seeing picture: PictureMessage?) async throws -> EndpointCheck.Asked {
    let started = ContinuousClock.now
    var first: Duration?
    var pieces = 0
    let asked = GenerationRequest(prompt: prompt, sampling: .greedy(maxTokens: tokens), seed: 0)
    for try await event in stream(asked, seeing: picture, pace: nil, pause: .zero) {
      switch event {
      case .text:
        first = first ?? ContinuousClock.now - started
        pieces += 1
      case .finished(let generation):
        return EndpointCheck.Asked(
          generation: generation, pieces: pieces, firstPiece: (first ?? ContinuousClock.now - started) / .seconds(1))
      }
    }
    throw CancellationError()
  }
}

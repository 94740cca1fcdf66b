import Digests
import Synchronization
import VisionLanguage

/// A model whose answers are computed and then taken for the fixed ones, so that every later prompt is the same.
struct FixedAnswers: VisionLanguageModel {
  let model: any VisionLanguageModel

  var identity: ModelIdentity { get async throws { try await model.identity } }
  var recommendedSampling: RecommendedSampling { model.recommendedSampling }
  var imageSide: Int? { model.imageSide }
  func metadataNumbers(_ key: String) -> [Double]? { nil }

  func encode(_ image: PixelImage) async throws -> any ImageContext { View(view: try await model.encode(image)) }
  func respond(to requests: [GenerationRequest]) async throws -> [GenerationStream] {
    try await model.respond(to: requests).map { Self.fixed($0, "") }
  }
  func score(_ labels: [String], after prompt: Prompt) async throws -> LabelScores {
    try await model.score(labels, after: prompt)
  }
  func respond(to request: GenerationRequest, scoring labels: [String]) async throws -> ScoredAnswer {
    let answer = try await model.respond(to: request, scoring: labels)
    return ScoredAnswer(stream: Self.fixed(answer.stream, " NV"), scores: answer.scores)
  }

  private struct View: ImageContext {
    let view: any ImageContext
    var cost: EncodingCost { view.cost }
    func close() async { await view.close() }
    func score(_ labels: [String], after prompt: Prompt) async throws -> LabelScores {
      try await view.score(labels, after: prompt)
    }
    func respond(to requests: [GenerationRequest]) async throws -> [GenerationStream] {
      let text = requests.count > 1 ? FixedWork.answer : FixedWork.description
      return try await view.respond(to: requests).map { FixedAnswers.fixed($0, text) }
    }
  }

  /// The same stream, but that its end says something else.
  private static func fixed(_ stream: GenerationStream, _ text: String) -> GenerationStream {
    GenerationStream(unfolding: { [iterator = Iterating(stream)] in
      guard let event = try await iterator.next() else { return nil }
      guard case .finished(var generation) = event else { return event }
      generation.text = text
      return .finished(generation)
    })
  }

  /// A stream's place, which only one reader moves.
  private final class Iterating: @unchecked Sendable {
    // Read by one task after another, never by two at once: a stream has one reader.
    private var iterator: GenerationStream.AsyncIterator
    init(_ stream: GenerationStream) { iterator = stream.makeAsyncIterator() }
    func next() async throws -> GenerationEvent? {
      var local = iterator
      defer { iterator = local }
      return try await local.next(isolation: nil)
    }
  }
}

/// A model that computes nothing, gives the fixed answers and remembers the prompts.
final class PromptRecorder: VisionLanguageModel {
  private let seen = Mutex<[GenerationRequest]>([])
  var requests: [GenerationRequest] { seen.withLock { $0 } }
  var prompts: [Prompt] { requests.map(\.prompt) }

  var identity: ModelIdentity {
    ModelIdentity(name: "none", weights: SHA256Digest(of: []), projector: nil, engine: "none")
  }
  let recommendedSampling = RecommendedSampling()
  let imageSide: Int? = 8
  func metadataNumbers(_ key: String) -> [Double]? { nil }
  func encode(_ image: PixelImage) async throws -> any ImageContext { View(model: self) }
  func respond(to requests: [GenerationRequest]) async throws -> [GenerationStream] { answers(to: requests, " NV") }
  func score(_ labels: [String], after prompt: Prompt) async throws -> LabelScores {
    LabelScores(logProbabilities: labels.map { _ in -1 }, promptTokens: 0)
  }

  private func answers(to requests: [GenerationRequest], _ text: String) -> [GenerationStream] {
    seen.withLock { $0 += requests }
    return requests.map { _ in
      GenerationStream { continuation in
        continuation.yield(
          .finished(Generation(text: text, generatedTokens: 1, promptTokens: 1, stopReason: .tokenLimit)))
        continuation.finish()
      }
    }
  }

  private struct View: ImageContext {
    let model: PromptRecorder
    let cost = EncodingCost(imageEncodes: 0, promptTokens: 0, encoding: .zero)
    func close() async {}
    func score(_ labels: [String], after prompt: Prompt) async throws -> LabelScores {
      try await model.score(labels, after: prompt)
    }
    func respond(to requests: [GenerationRequest]) async throws -> [GenerationStream] {
      model.answers(to: requests, requests.count > 1 ? FixedWork.answer : FixedWork.description)
    }
  }
}

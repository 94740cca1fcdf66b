import Synchronization
import VisionLanguage

/// A model that answers as another does, and remembers what was asked and answered.
final class RecordingModel: VisionLanguageModel {
  struct Answer: Sendable {
    var prompt: Prompt
    var sees: Bool
    var tokens: [Int32]
  }

  private let model: any VisionLanguageModel
  private let heard = Mutex<[Answer]>([])

  init(_ model: any VisionLanguageModel) { self.model = model }

  /// The answers so far, in the order in which they ended.
  var answers: [Answer] { heard.withLock { $0 } }

  var identity: ModelIdentity { get async throws { try await model.identity } }
  var recommendedSampling: RecommendedSampling { model.recommendedSampling }
  var imageSide: Int? { model.imageSide }
  func metadataNumbers(_ key: String) -> [Double]? { model.metadataNumbers(key) }

  func encode(_ image: PixelImage) async throws -> any ImageContext {
    View(view: try await model.encode(image), recorder: self)
  }
  func respond(to requests: [GenerationRequest]) async throws -> [GenerationStream] {
    zip(requests, try await model.respond(to: requests)).map { recorded($1, of: $0, sees: false) }
  }
  func score(_ labels: [String], after prompt: Prompt) async throws -> LabelScores {
    try await model.score(labels, after: prompt)
  }
  func respond(to request: GenerationRequest, scoring labels: [String]) async throws -> ScoredAnswer {
    let answer = try await model.respond(to: request, scoring: labels)
    return ScoredAnswer(stream: recorded(answer.stream, of: request, sees: false), scores: answer.scores)
  }

  private struct View: ImageContext {
    let view: any ImageContext
    let recorder: RecordingModel
    var cost: EncodingCost { view.cost }
    func close() async { await view.close() }
    func score(_ labels: [String], after prompt: Prompt) async throws -> LabelScores {
      try await view.score(labels, after: prompt)
    }
    func respond(to requests: [GenerationRequest]) async throws -> [GenerationStream] {
      zip(requests, try await view.respond(to: requests)).map { recorder.recorded($1, of: $0, sees: true) }
    }
  }

  private func recorded(_ source: GenerationStream, of request: GenerationRequest, sees: Bool) -> GenerationStream {
    let (stream, continuation) = GenerationStream.makeStream()
    Task {
      do {
        for try await event in source {
          if case .finished(let whole) = event {
            heard.withLock { $0.append(Answer(prompt: request.prompt, sees: sees, tokens: whole.tokens)) }
          }
          continuation.yield(event)
        }
        continuation.finish()
      } catch {
        continuation.finish(throwing: error)
      }
    }
    return stream
  }
}

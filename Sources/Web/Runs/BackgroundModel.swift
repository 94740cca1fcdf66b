import VisionLanguage

/// A model for work in the background: its pictures wait while somebody's examination wants the engine.
///
/// A picture that is in the context is asked to the end, so an examination waits for at most the pictures that were there before
/// it. Nothing waits for a turn while it holds a picture; otherwise the two could wait for each other.
struct BackgroundModel: VisionLanguageModel {
  let model: any VisionLanguageModel
  /// Returns when it is the background's turn.
  let turn: @Sendable () async throws -> Void

  var identity: ModelIdentity { get async throws { try await model.identity } }
  var recommendedSampling: RecommendedSampling { model.recommendedSampling }
  var imageSide: Int? { model.imageSide }
  func metadataNumbers(_ key: String) -> [Double]? { model.metadataNumbers(key) }
  func effective(_ sampling: Sampling) -> Sampling { model.effective(sampling) }

  func encode(_ image: PixelImage) async throws -> any ImageContext {
    try await turn()
    return try await model.encode(image)
  }

  func respond(to requests: [GenerationRequest]) async throws -> [GenerationStream] {
    try await model.respond(to: requests)
  }

  func score(_ labels: [String], after prompt: Prompt) async throws -> LabelScores {
    try await model.score(labels, after: prompt)
  }

  func respond(to request: GenerationRequest, scoring labels: [String]) async throws -> ScoredAnswer {
    try await model.respond(to: request, scoring: labels)
  }
}

import VisionLanguage

/// An encoded image: its prefix is decoded, and prompts fork from it.
final class LlamaImageContext: ImageContext {
  let cost: EncodingCost
  private let number: ImageContextID
  private let engine: DecodingEngine
  private let format: ChatFormat

  init(number: ImageContextID, engine: DecodingEngine, format: ChatFormat, cost: EncodingCost) {
    self.number = number
    self.engine = engine
    self.format = format
    self.cost = cost
  }

  deinit {
    let (engine, number) = (engine, number)
    Task { await engine.close(number) }
  }

  func respond(to requests: [GenerationRequest]) async throws -> [GenerationStream] {
    let format = format
    return try await engine.generate(
      requests.map {
        TokenRequest($0, prompt: TokenPrompt(tokens: format.afterImage($0.prompt)))
      }, image: number)
  }

  func score(_ labels: [String], after prompt: Prompt) async throws -> LabelScores {
    let format = format
    let scoring = try LabelTokens(labels, after: prompt) { format.afterImage($0) }
    return try await engine.score(scoring.labels, after: TokenPrompt(tokens: scoring.prompt), image: number)
  }

  func close() async { await engine.close(number) }
}

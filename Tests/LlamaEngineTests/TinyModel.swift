import Foundation
import TestWeights
import VisionLanguage

@testable import LlamaEngine

/// A model of noise, small enough for tests: it says nothing sensible, on the real llama.cpp.
enum TinyModel {
  static func folder() throws -> URL {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("dermgemma-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    return folder
  }

  /// Loads it; the files are gone again afterwards.
  ///
  /// - Parameter change: what is otherwise in the text model's file, of the kind `mixed`.
  static func load(
    images: Int = 2, answers: Int = 8, threads: Int = 2, hasProjector: Bool = true,
    embeddingCacheBytes: Int? = nil, kind: TinyWeightsKind = .mixed, ignoresEndOfTurn: Bool = false,
    longestFilledGap: Int? = nil, change: ((inout GGUFWriter) -> Void)? = nil
  ) async throws -> LlamaVisionLanguageModel {
    let folder = try folder()
    defer { try? FileManager.default.removeItem(at: folder) }
    var configuration = try configuration(
      in: folder, images: images, answers: answers, threads: threads, hasProjector: hasProjector, kind: kind)
    if let embeddingCacheBytes { configuration.embeddingCacheBytes = embeddingCacheBytes }
    configuration.ignoresEndOfTurn = ignoresEndOfTurn
    configuration.longestFilledGap = longestFilledGap
    if let change {
      var text = TinyWeights().text
      change(&text)
      try Data(text.file).write(to: URL(fileURLWithPath: configuration.weights))
    }
    let model = try LlamaVisionLanguageModel(configuration)
    // Their digests are taken on the side; once they are known, the files are no longer needed.
    _ = try await model.identity
    return model
  }

  /// Several engines of it.
  static func pool(
    engines: Int, images: Int, answers: Int, hasProjector: Bool = true, embeddingCacheBytes: Int? = nil
  ) async throws -> EnginePool {
    let folder = try folder()
    defer { try? FileManager.default.removeItem(at: folder) }
    var configuration = try configuration(
      in: folder, images: images, answers: answers, threads: engines, hasProjector: hasProjector)
    if let embeddingCacheBytes { configuration.embeddingCacheBytes = embeddingCacheBytes }
    let pool = try EnginePool(configuration)
    for member in pool.members { _ = try await member.identity }
    return pool
  }

  static func configuration(
    in folder: URL, images: Int, answers: Int, threads: Int, hasProjector: Bool = true, kind: TinyWeightsKind = .mixed
  ) throws -> EngineConfiguration {
    let files = try kind.write(into: folder)
    return EngineConfiguration(
      weights: files.text, projector: hasProjector ? files.projector : nil, threads: threads, images: images,
      answers: answers, demand: .init(longestPrompts: [Prompt(text: "x", answerPrefix: "")], longestAnswer: 400))
  }

  /// A picture of noise; another for every number.
  static func image(_ number: Int, side: Int = 56) throws -> PixelImage {
    var state = UInt64(number) &* 0x9E37_79B9_7F4A_7C15 &+ 1
    let pixels = (0..<side * side * 3).map { _ -> UInt8 in
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return UInt8(truncatingIfNeeded: state >> 56)
    }
    return try PixelImage(width: side, height: side, pixels: pixels)
  }

  static func request(_ text: String, seed: UInt32 = 1, tokens: Int = 24, penalty: Double = 1.5) -> GenerationRequest {
    GenerationRequest(
      prompt: Prompt(text: text, answerPrefix: "Answer:"),
      sampling: Sampling(temperature: 0.8, repeatPenalty: penalty, maxTokens: tokens), seed: seed)
  }
}

extension GenerationStream {
  /// Everything that arrives, and the finished answer.
  func whole() async throws -> (pieces: String, generation: Generation?) {
    var pieces = ""
    var generation: Generation?
    for try await event in self {
      switch event {
      case .text(let piece): pieces += piece
      case .finished(let finished): generation = finished
      }
    }
    return (pieces, generation)
  }
}

extension LanguageModel {
  /// One prompt's whole answer.
  func answer(_ request: GenerationRequest) async throws -> Generation? {
    guard let stream = try await respond(to: [request]).first else { return nil }
    return try await stream.whole().generation
  }
}

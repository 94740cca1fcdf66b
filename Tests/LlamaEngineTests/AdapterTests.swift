import Foundation
import TestWeights
import Testing
import VisionLanguage

@testable import LlamaEngine

/// LoRA adapters on the real llama.cpp, with the model of noise.
@Suite(.serialized) struct AdapterTests {
  private static let labels = [" a", " the", " in", " work"]
  private static let prompt = Prompt(text: "the work in the net", answerPrefix: "x")

  /// A tiny model of each family.
  enum Base: String, CaseIterable {
    case gemma3, qwen25VL, gemma4, gemma4Experts

    var files: (text: GGUFWriter, projector: GGUFWriter) {
      switch self {
      case .gemma3: (TinyWeights().text, TinyWeights().projector)
      case .qwen25VL: (TinyQwen25VL().text, TinyQwen25VL().projector)
      case .gemma4: (TinyGemma4().text, TinyGemma4().projector)
      case .gemma4Experts: (TinyGemma4(experts: 5).text, TinyGemma4(experts: 5).projector)
      }
    }
  }

  /// A model from files that are made of writers.
  private func model(
    _ text: GGUFWriter = TinyWeights().text, _ projector: GGUFWriter = TinyWeights().projector,
    adapters: [(TinyAdapter, Double)] = []
  ) async throws -> LlamaVisionLanguageModel {
    let folder = try TinyModel.folder()
    defer { try? FileManager.default.removeItem(at: folder) }
    var configuration = try TinyModel.configuration(in: folder, images: 2, answers: 8, threads: 1)
    try Data(text.file).write(to: URL(fileURLWithPath: configuration.weights))
    if let path = configuration.projector { try Data(projector.file).write(to: URL(fileURLWithPath: path)) }
    for (number, (adapter, scale)) in adapters.enumerated() {
      let path = folder.appendingPathComponent("adapter-\(number).gguf").path
      try Data(adapter.file.file).write(to: URL(fileURLWithPath: path))
      configuration.adapters.append(.init(path: path, scale: scale))
    }
    let model = try LlamaVisionLanguageModel(configuration)
    _ = try await model.identity
    return model
  }

  private func scores(_ model: LlamaVisionLanguageModel) async throws -> [Double] {
    let words = try await model.score(Self.labels, after: Self.prompt).logProbabilities
    let context = try await model.encode(TinyModel.image(1))
    let seen = try await context.score(Self.labels, after: Self.prompt).logProbabilities
    await context.close()
    return words + seen
  }

  private func distance(_ first: [Double], _ second: [Double]) -> Double {
    zip(first, second).map { abs($0 - $1) }.max() ?? .infinity
  }

  @Test(arguments: Base.allCases)
  func `an adapter gives the numbers of the model that it was merged into`(kind: Base) async throws {
    let (text, projector) = kind.files
    let adapter = TinyAdapter(of: text)
    let base = try await scores(try await model(text, projector))
    for scale in [1.0, 0.25, -1] {
      let adapted = try await scores(try await model(text, projector, adapters: [(adapter, scale)]))
      let merged = try await scores(try await model(adapter.merged(into: text, scale: Float(scale)), projector))
      #expect(distance(adapted, merged) < 1e-3)
      #expect(distance(adapted, base) > 1e-2, "it makes a difference")
    }
    #expect(try await scores(try await model(text, projector, adapters: [(adapter, 0)])) == base)
  }

  @Test func `several adapters add up, with the same bits in any engine`() async throws {
    var other = TinyAdapter()
    (other.seed, other.rank, other.alpha, other.parts) = (
      9, 8, 4, ["attn_q", "attn_k", "attn_output", "ffn_gate", "ffn_up"]
    )
    let pair = [(TinyAdapter(), 0.5), (other, 1.5)]
    let merged = other.merged(into: TinyAdapter().merged(into: TinyWeights().text, scale: 0.5), scale: 1.5)
    let expected = try await scores(try await model(merged))
    let first = try await scores(try await model(adapters: pair))
    #expect(distance(first, expected) < 1e-3)
    for _ in 0..<3 { #expect(try await scores(try await model(adapters: pair)) == first) }
  }

  @Test func `an adapter is part of the identity, and what was measured on the weights alone is gone`() async throws {
    var text = TinyWeights().text
    text["dermgemma.calibration.classification.temperature"] = .f32(2)
    let plain = try await model(text)
    #expect(plain.metadataNumbers("dermgemma.calibration.classification.temperature") == [2])
    #expect(try await plain.identity.adapters.isEmpty)
    let adapted = try await model(text, adapters: [(TinyAdapter(), 0.5)])
    #expect(adapted.metadataNumbers("dermgemma.calibration.classification.temperature") == nil)
    let identity = try await adapted.identity
    #expect(identity.weights == (try await plain.identity).weights)
    #expect(identity.adapters.map(\.name) == ["adapter-0.gguf"] && identity.adapters.map(\.scale) == [0.5])
    let digits = identity.adapters[0].digest.hexadecimal.prefix(12)
    #expect(identity.fullName == "tiny noise + adapter-0.gguf × 0.5 (\(digits))")
  }

  @Test func `every logit has the same bits alone and in company`() async throws {
    let model = try await model(adapters: [(TinyAdapter(), 1)])
    let image = try TinyModel.image(1)
    let prompts = ["in the work", "the", "a rather long prompt in the middle of others", "work work work"]
    var alone: [[UInt64]] = []
    for (index, prompt) in prompts.enumerated() {
      await model.engine.traceLogits()
      let context = try await model.encode(image)
      _ = try await context.answer(TinyModel.request(prompt, seed: UInt32(index)))
      alone.append(try #require(await model.engine.logitTraces?.values.first))
      await context.close()
    }
    await model.engine.traceLogits()
    let context = try await model.encode(image)
    let streams = try await context.respond(
      to: prompts.enumerated().map { TinyModel.request($1, seed: UInt32($0)) })
    for stream in streams { _ = try await stream.whole() }
    let company = Set((await model.engine.logitTraces ?? [:]).values)
    #expect(alone.allSatisfy { company.contains($0) })
    await context.close()
  }
}

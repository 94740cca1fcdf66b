import Foundation
import TestWeights
import Testing
import VisionLanguage
import Weights

@testable import LlamaEngine

/// A family that the program does not have, registered here and read by the whole engine.
@Suite(.serialized) struct ModelFamilyTests {
  /// Gemma 3, and the second family: its architecture is one of the program's too, with another tokenizer.
  private static let first = ModelFamilies.all.filter { $0.architecture == "gemma3" }
  private static let families: [any ModelFamily] = first + [SecondFamily()]

  /// The second family's files, and what the body makes of them.
  private func withFiles<Result>(
    _ body: ((text: String, projector: String)) async throws -> Result
  ) async throws -> Result {
    let folder = try TinyModel.folder()
    defer { try? FileManager.default.removeItem(at: folder) }
    return try await body(try SecondFamilyWeights().write(into: folder))
  }

  private func load(
    _ files: (text: String, projector: String), families: [any ModelFamily] = Self.families
  ) async throws -> LlamaVisionLanguageModel {
    var configuration = EngineConfiguration(
      weights: files.text, projector: files.projector, threads: 1, images: 2, answers: 6,
      demand: .init(longestPrompts: [Prompt(text: "x", answerPrefix: "")], longestAnswer: 400))
    configuration.families = families
    configuration.ignoresEndOfTurn = true
    let model = try LlamaVisionLanguageModel(configuration)
    _ = try await model.identity
    return model
  }

  private static func greedy(_ text: String, tokens: Int = 24) -> GenerationRequest {
    GenerationRequest(
      prompt: Prompt(text: text, answerPrefix: "Answer:"), sampling: .greedy(maxTokens: tokens), seed: 1)
  }

  @Test func `a second family's answers are those of llama.cpp's own code, with and without an image`() async throws {
    try await withFiles { files in
      let model = try await load(files)
      let reference = try MultimodalReference(text: files.text, projector: files.projector)
      for number in 1...3 {
        // Wider than high, so that rows and columns differ.
        let image = try PixelImage(
          width: 140, height: 84, pixels: Array(TinyModel.image(number, side: 140).pixels.prefix(140 * 84 * 3)))
        let wanted = try reference.answer(
          "<|im_start|>user\n<__media__>the work<|im_end|>\n<|im_start|>assistant\nAnswer:", images: [image], count: 24)
        // 5 × 3 tokens, which take 5 positions.
        #expect(wanted.promptTokens - wanted.promptPositions == 10)
        let context = try await model.encode(image)
        let answer = try #require(try await context.answer(Self.greedy("the work")))
        #expect(answer.tokens == wanted.tokens)
        #expect(answer.promptTokens + answer.sharedPromptTokens == wanted.promptTokens)
        let labels = [" a", " the", "x"]
        let tokens = labels.compactMap { model.vocabulary.tokens(of: $0).first }
        let scores = try await context.score(labels, after: Prompt(text: "the work", answerPrefix: "Answer:"))
        for (score, token) in zip(scores.logProbabilities, tokens) {
          #expect(abs(score - wanted.logProbabilities[Int(token)]) < 1e-5)
        }
        await context.close()
      }
      let wanted = try reference.answer(
        "<|im_start|>user\nin a net<|im_end|>\n<|im_start|>assistant\nAnswer:", images: [], count: 24)
      #expect(try await model.answer(Self.greedy("in a net"))?.tokens == wanted.tokens)
      await model.close()
    }
  }

  @Test func `its prompts about an image are answered in company as alone`() async throws {
    try await withFiles { files in
      let model = try await load(files)
      let context = try await model.encode(TinyModel.image(5, side: 84))
      let texts = ["the", "the work in", "a", "net work the net", "in"]
      let alone = try await texts.asyncMap { try await context.answer(Self.greedy($0, tokens: 60))?.tokens }
      let streams = try await context.respond(to: texts.map { Self.greedy($0, tokens: 60) })
      let together = try await streams.asyncMap { try await $0.whole().generation?.tokens }
      #expect(together == alone)
      await context.close()
      await model.close()
    }
  }

  @Test func `its turns end with its own pieces, and text never becomes one of them`() async throws {
    try await withFiles { files in
      let model = try await load(files)
      let vocabulary = model.vocabulary
      let over = try #require(vocabulary.token(ofMarker: "<|over|>"))
      #expect(vocabulary.endsGeneration(over))
      #expect(!vocabulary.endsGeneration(try #require(vocabulary.token(ofMarker: "<|im_start|>"))))
      #expect(vocabulary.beginOfSequence == nil)
      #expect(!vocabulary.tokens(of: "a<|over|>b<|im_start|>").contains { (0...5).contains($0) })
      await model.close()
    }
  }

  @Test func `a family must agree with mtmd about its images`() async throws {
    try await withFiles { files in
      for (attention, positions) in [
        (ImageTokenRules.Attention.bidirectional, ImageTokenRules.Positions.multimodal), (.causal, .sequential),
      ] {
        var family = SecondFamily()
        family.imageTokens = ImageTokenRules(attention: attention, positions: positions)
        let fault = await #expect(throws: EngineFault.self) { try await load(files, families: [family]) }
        #expect(fault?.description.contains("not a projector of Qwen2-VL's kind") == true)
      }
    }
  }

  @Test func `files of unknown or different families are refused by name`() async throws {
    let folder = try TinyModel.folder()
    defer { try? FileManager.default.removeItem(at: folder) }
    let (first, second) = (try TinyWeights().write(into: folder), try SecondFamilyWeights().write(into: folder))
    func reason(_ body: () throws(WeightsFault) -> Void) -> String? {
      do throws(WeightsFault) { try body() } catch { return error.reason }
      return nil
    }
    #expect(
      reason { () throws(WeightsFault) in _ = try TextWeights(path: second.text, families: Self.first) }
        == "is a model of the architecture \"qwen2vl\"; Gemma 3 (\"gemma3\") is needed")
    #expect(
      reason { () throws(WeightsFault) in _ = try ProjectorWeights(path: second.projector, families: Self.first) }
        == "is a projector of the type \"qwen2vl_merger\"; \"gemma3\" is needed")
    #expect(
      reason { () throws(WeightsFault) in _ = try TextWeights(path: first.text, families: [SecondFamily()]) }
        == "is a model of the architecture \"gemma3\"; Qwen2-VL (\"qwen2vl\") is needed")
    #expect(
      reason { () throws(WeightsFault) in
        _ = try WeightsPair(
          text: TextWeights(path: first.text, families: Self.families),
          projector: ProjectorWeights(path: second.projector, families: Self.families))
      } == "is a projector of Qwen2-VL, but tiny.gguf is a model of Gemma 3")
    var other = SecondFamilyWeights().text
    other["general.architecture"] = .string("mamba")
    try Data(other.file).write(to: URL(fileURLWithPath: second.text))
    #expect(
      reason { () throws(WeightsFault) in _ = try TextWeights(path: second.text, families: Self.families) }
        == "is a model of the architecture \"mamba\"; Gemma 3 (\"gemma3\") or Qwen2-VL (\"qwen2vl\") is needed")
  }

  @Test func `no two families share a name or an architecture, and each one's pieces have one meaning`() {
    for families in [ModelFamilies.all, Self.families] {
      #expect(Set(families.map(\.architecture)).count == families.count)
      #expect(Set(families.map(\.name)).count == families.count)
      for family in families {
        #expect(family.chat.textTurn.contains(.prompt) && family.chat.afterImage.contains(.prompt))
        #expect(!family.chat.beforeImage.contains(.prompt) && !family.chat.beforeImage.contains(.answerPrefix))
        #expect(Set(family.chat.imageMarkers).isDisjoint(with: family.chat.turnMarkers))
        #expect(!family.chat.endOfTurn.isEmpty)
      }
    }
  }
}

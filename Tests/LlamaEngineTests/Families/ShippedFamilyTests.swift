import Foundation
import TestWeights
import Testing
import VisionLanguage
import Weights

@testable import LlamaEngine

/// The families beside Gemma 3, on models of noise: the whole engine beside llama.cpp's own code.
@Suite(.serialized) struct ShippedFamilyTests {
  /// A family's tiny files, and how a conversation is written for llama.cpp.
  enum Kind: String, CaseIterable {
    case qwen25VL, gemma4
    /// Gemma 4 as E2B is: an image's tokens one after another, and a tower for sound in the projector.
    case gemma4Small
    /// Gemma 4 as a mixture of experts.
    case gemma4Experts

    func write(into folder: URL) throws -> (text: String, projector: String) {
      switch self {
      case .qwen25VL: try TinyQwen25VL().write(into: folder)
      case .gemma4: try TinyGemma4().write(into: folder)
      case .gemma4Small: try TinyGemma4(width: 1_536, hears: true).write(into: folder)
      case .gemma4Experts: try TinyGemma4(experts: 5).write(into: folder)
      }
    }

    /// The model's own template, with or without an image.
    func conversation(_ prompt: String, image: Bool) -> String {
      let turn = (image ? "<__media__>" : "") + prompt
      return switch self {
      case .qwen25VL:
        "<|im_start|>system\nYou are a helpful assistant.<|im_end|>\n<|im_start|>user\n\(turn)<|im_end|>\n"
          + "<|im_start|>assistant\nAnswer:"
      case .gemma4, .gemma4Experts:
        "<bos><|turn>user\n\(turn)<turn|>\n<|turn>model\n<|channel>thought\n<channel|>Answer:"
      case .gemma4Small: "<bos><|turn>user\n\(turn)<turn|>\n<|turn>model\nAnswer:"
      }
    }

    /// How many more tokens than positions an image has that became `columns` × `rows` of them.
    func surplus(_ columns: Int, _ rows: Int) -> Int { self == .qwen25VL ? columns * rows - max(columns, rows) : 0 }
  }

  private func withFiles<Result>(
    _ kind: Kind, _ body: ((text: String, projector: String)) async throws -> Result
  ) async throws -> Result {
    let folder = try TinyModel.folder()
    defer { try? FileManager.default.removeItem(at: folder) }
    return try await body(try kind.write(into: folder))
  }

  private func load(_ files: (text: String, projector: String)) async throws -> LlamaVisionLanguageModel {
    var configuration = EngineConfiguration(
      weights: files.text, projector: files.projector, threads: 1, images: 2, answers: 6,
      demand: .init(longestPrompts: [Prompt(text: "x", answerPrefix: "")], longestAnswer: 400))
    configuration.ignoresEndOfTurn = true
    let model = try LlamaVisionLanguageModel(configuration)
    _ = try await model.identity
    return model
  }

  private static func greedy(_ text: String, tokens: Int = 24) -> GenerationRequest {
    GenerationRequest(
      prompt: Prompt(text: text, answerPrefix: "Answer:"), sampling: .greedy(maxTokens: tokens), seed: 1)
  }

  private static func image(_ number: Int, _ width: Int, _ height: Int) throws -> PixelImage {
    let side = max(width, height)
    return try PixelImage(
      width: width, height: height,
      pixels: Array(TinyModel.image(number, side: side).pixels.prefix(width * height * 3)))
  }

  /// Sizes of pictures, among them the square that `native` stretches to, one that is enlarged and one that is reduced.
  private static let sizes = [(112, 112), (128, 128), (84, 56), (40, 40), (300, 100)]

  @Test(arguments: Kind.allCases)
  func `answers and scores are those of llama.cpp's own code, with and without an image`(kind: Kind) async throws {
    try await withFiles(kind) { files in
      let model = try await load(files)
      let bounds = try ProjectorWeights(path: files.projector).tokenBounds
      let reference = try MultimodalReference(text: files.text, projector: files.projector, bounds: bounds)
      for (number, size) in Self.sizes.enumerated() {
        let image = try Self.image(number, size.0, size.1)
        let wanted = try reference.answer(kind.conversation("the work", image: true), images: [image], count: 24)
        let context = try await model.encode(image)
        let answer = try #require(try await context.answer(Self.greedy("the work")))
        #expect(answer.tokens == wanted.tokens, "\(size)")
        #expect(answer.promptTokens + answer.sharedPromptTokens == wanted.promptTokens)
        let labels = [" a", " the", "x"]
        let scores = try await context.score(labels, after: Prompt(text: "the work", answerPrefix: "Answer:"))
        for (score, label) in zip(scores.logProbabilities, labels) {
          let alone = model.vocabulary.tokens(of: "Answer:" + label).last
          guard let token = alone,
            model.vocabulary.tokens(of: "Answer:" + label).count
              == model.vocabulary.tokens(of: "Answer:").count + 1
          else { continue }
          #expect(abs(score - wanted.logProbabilities[Int(token)]) < 1e-5)
        }
        await context.close()
      }
      let wanted = try reference.answer(kind.conversation("in a net", image: false), images: [], count: 24)
      #expect(try await model.answer(Self.greedy("in a net"))?.tokens == wanted.tokens)
      await model.close()
    }
  }

  @Test func `an image of Qwen2.5-VL takes fewer positions than tokens`() async throws {
    try await withFiles(.qwen25VL) { files in
      let reference = try MultimodalReference(text: files.text, projector: files.projector, bounds: 4...16)
      let answer = try reference.answer(
        Kind.qwen25VL.conversation("a", image: true), images: [try Self.image(1, 112, 56)], count: 1)
      // 4 × 2 tokens, which take 4 positions.
      #expect(answer.promptTokens - answer.promptPositions == 4)
    }
  }

  @Test(arguments: Kind.allCases)
  func `one image is encoded once, and every logit has the same bits alone and in company`(kind: Kind) async throws {
    try await withFiles(kind) { files in
      let model = try await load(files)
      let context = try await model.encode(Self.image(5, 112, 112))
      let texts = ["the", "the work in", "a", "net work the net", "in"]
      var bits: [[UInt64]] = []
      let alone = try await texts.asyncMap {
        await model.engine.traceLogits()
        let tokens = try await context.answer(Self.greedy($0, tokens: 40))?.tokens
        bits.append(try #require(await model.engine.logitTraces?.values.first))
        return tokens
      }
      await model.engine.traceLogits()
      let streams = try await context.respond(to: texts.map { Self.greedy($0, tokens: 40) })
      let together = try await streams.asyncMap { try await $0.whole().generation?.tokens }
      #expect(together == alone)
      let company = try #require(await model.engine.logitTraces).values
      #expect(Set(company) == Set(bits) && bits.allSatisfy { $0.count == 40 })
      #expect(await model.statistics.imageEncodes == 1)
      await context.close()
      await model.close()
    }
  }

  @Test func `a tower for sound is never read, whatever is wrong with it`() async throws {
    var answers: [[Int32]?] = []
    for hears in [false, true] {
      let folder = try TinyModel.folder()
      defer { try? FileManager.default.removeItem(at: folder) }
      let tiny = TinyGemma4(width: 1_536, hears: hears)
      let files = try tiny.write(into: folder)
      if hears {
        // Each of these makes llama.cpp refuse the file, or end the process.
        var projector = tiny.projector
        projector["clip.audio.block_count"] = .u32(.max)
        projector["clip.audio.embedding_length"] = .string("16")
        projector["clip.audio.projector_type"] = .string("another")
        projector.remove("a.blk.0.attn_out.weight")
        projector.set(.nan, in: "a.blk.0.ln1.weight")
        try Data(projector.file).write(to: URL(fileURLWithPath: files.projector))
      }
      #expect(try ProjectorWeights(path: files.projector).hasSound == hears)
      let model = try await load(files)
      let context = try await model.encode(Self.image(3, 112, 112))
      answers.append(try await context.answer(Self.greedy("the work"))?.tokens)
      await context.close()
      await model.close()
    }
    #expect(answers[0] == answers[1] && answers[0]?.count == 24)
  }

  @Test(arguments: Kind.allCases)
  func `text never becomes a control piece, and the turn ends with the family's own`(kind: Kind) async throws {
    try await withFiles(kind) { files in
      let model = try await load(files)
      let text = try TextWeights(path: files.text)
      let markers = Set(text.vocabulary.markers.values.map { Int32($0) })
      for marker in text.vocabulary.markers.keys {
        #expect(
          !model.vocabulary.tokens(of: "a\(marker)b\n\n \(marker)").contains { markers.contains($0) }, "\(marker)")
      }
      for end in text.family.chat.endOfTurn {
        #expect(model.vocabulary.endsGeneration(try #require(model.vocabulary.token(ofMarker: end))), "\(end)")
      }
      for sample in ["the work", "Zwölf  µm\n\n\n\ttab", "🩺 <0x41>", String(repeating: "\n", count: 70)] {
        let bytes = model.vocabulary.tokens(of: sample).flatMap { model.vocabulary.bytes(of: $0) }
        #expect(String(decoding: bytes, as: UTF8.self) == sample)
      }
      await model.close()
    }
  }

  @Test(arguments: Kind.allCases)
  func `a picture that would become too many tokens is refused alone`(kind: Kind) async throws {
    try await withFiles(kind) { files in
      let model = try await load(files)
      let fault = await #expect(throws: EngineFault.self) { try await model.encode(Self.image(1, 4_000, 2)) }
      #expect(fault?.description.contains("tokens; at most") == true, "\(String(describing: fault))")
      let context = try await model.encode(Self.image(1, 112, 112))
      #expect(try await context.answer(Self.greedy("a")) != nil)
      await context.close()
      await model.close()
    }
  }

  @Test func `each family's files fit no other's`() async throws {
    let folder = try TinyModel.folder()
    defer { try? FileManager.default.removeItem(at: folder) }
    let files =
      [try TinyWeights().write(into: folder)] + (try [Kind.qwen25VL, .gemma4].map { try $0.write(into: folder) })
    for (number, one) in files.enumerated() {
      for (place, other) in files.enumerated() where place != number {
        let fault = #expect(throws: WeightsFault.self) {
          try WeightsPair(textPath: one.text, projectorPath: other.projector)
        }
        #expect(fault?.reason.contains("is a projector of") == true)
      }
      _ = try WeightsPair(textPath: one.text, projectorPath: one.projector)
    }
  }
}

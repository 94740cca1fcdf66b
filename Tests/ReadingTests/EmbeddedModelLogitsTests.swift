import Foundation
import Imaging
import Reading
import Testing
import VisionLanguage

@testable import LlamaEngine

/// llama.cpp computes from the committed files what PyTorch computed from the recipe's weights: every logit after the `direct`
/// prompt, on five phantoms that are prepared already (`Training/dermgemma_training/reference.py` wrote them down).
@Suite(.serialized, .timeLimit(.minutes(3))) struct EmbeddedModelLogitsTests {
  /// What `reference/logits.json` holds.
  private struct Reference: Decodable {
    struct Image: Decodable {
      let image: String
      let logits: [Float]
    }
    let prompt: String
    let promptIds: [Int32]
    let imageToken: Int32
    let tolerance: Float
    let images: [Image]

    /// How many tokens come after the image's own.
    var tokensAfterImage: Int { promptIds.count - 1 - (promptIds.lastIndex(of: imageToken) ?? -1) }
  }

  private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appendingPathComponent("Models/\(ModelLocation.embeddedName)")

  private static func reference() throws -> Reference {
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    return try decoder.decode(
      Reference.self, from: Data(contentsOf: folder.appendingPathComponent("reference/logits.json")))
  }

  private static func model() throws -> LlamaVisionLanguageModel {
    let name = ModelLocation.embeddedName
    return try LlamaVisionLanguageModel(
      EngineConfiguration(
        weights: folder.appendingPathComponent("\(name).gguf").path,
        projector: folder.appendingPathComponent("\(name)-mmproj.gguf").path, threads: 1, device: .cpu))
  }

  /// The largest difference between two rows of logits; infinite when they are not of one length.
  private static func difference(_ one: [Float], _ other: [Float]) -> Float {
    guard one.count == other.count else { return .infinity }
    return zip(one, other).map { abs($0 - $1) }.max() ?? .infinity
  }

  @Test func `a prompt has the tokens that it was trained with`() async throws {
    let reference = try Self.reference()
    let model = try Self.model()
    let tokens = model.promptTokens(of: Prompt(text: reference.prompt, answerPrefix: "Answer:"), afterImage: true)
    #expect(tokens == reference.promptIds.filter { $0 != reference.imageToken })
    await model.close()
  }

  @Test func `every logit is PyTorch's to a hundredth on five phantoms`() async throws {
    let reference = try Self.reference()
    let model = try Self.model()
    #expect(reference.images.count == 5)
    #expect(reference.tolerance <= 0.01)
    let prompt = Prompt(text: reference.prompt, answerPrefix: "Answer:")
    var found: [[Float]] = []
    for image in reference.images {
      let path = Self.folder.appendingPathComponent("reference/\(image.image)").path
      let pixels = try ImageDecoder.decode(fileAt: path).image
      #expect(pixels.width == model.imageSide, "\(image.image) needs no resizing")
      let view = try await model.encode(pixels)
      let scores = try await view.score([" MEL", " NV", " BCC", " BKL"], after: prompt)
      await view.close()
      // Every code is one token, so the prompt's own logits are the last that were computed.
      #expect(scores.promptTokens == reference.tokensAfterImage)
      let logits = try await model.engine.lastLogits()
      let difference = Self.difference(logits, image.logits)
      #expect(difference <= reference.tolerance, "\(image.image)")
      found.append(logits)
    }
    // The comparison would notice another image.
    for (logits, image) in zip(found, reference.images.dropFirst()) {
      #expect(Self.difference(logits, image.logits) > 10 * reference.tolerance, "\(image.image)")
    }
    await model.close()
  }
}

extension DecodingEngine {
  /// The logits of the last row of the last batch.
  fileprivate func lastLogits() throws -> [Float] { try context.withLogits(ofRow: -1) { Array($0) } }
}

import Foundation
import TestWeights
import Testing
import Weights

@Suite struct TextWeightsTests {
  @Test func `a complete tiny model is accepted and tells its sizes`() throws {
    try withFolder { folder in
      let paths = try TinyWeights().write(into: folder)
      let weights = try TextWeights(path: paths.text)
      #expect(weights.name == "tiny noise")
      #expect(weights.embeddingLength == 32)
      #expect(weights.blockCount == 2)
      #expect(weights.headCount == 2)
      #expect(weights.headCountKV == 1)
      #expect(weights.keyLength == 16)
      #expect(weights.valueLength == 16)
      #expect(weights.contextLength == 512)
      #expect(weights.slidingWindow == 64)
      #expect(weights.vocabularySize == TinyWeights.pieces.count)
      #expect(weights.fileSize == (try Data(contentsOf: URL(fileURLWithPath: paths.text))).count)
      #expect(weights.numbers("general.sampling.top_k") == [64])
      #expect(weights.string("tokenizer.ggml.model") == "llama")
      #expect(weights.recommendedSampling.temperature == 1)
      #expect(weights.recommendedSampling.topK == 64)
      #expect(weights.recommendedSampling.minP == nil)
    }
  }
}

/// Runs something with a folder of its own, and removes the folder afterwards.
func withFolder(_ body: (URL) throws -> Void) throws {
  let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
  try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(at: folder) }
  try body(folder)
}

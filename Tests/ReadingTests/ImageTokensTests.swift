import Dermoscopy
import Foundation
import Phantoms
import Testing
import VisionLanguage

@testable import LlamaEngine
@testable import Reading

/// Image tokens blanked: which they are, and that nothing else changes.
@Suite(.serialized, .timeLimit(.minutes(5))) struct ImageTokensTests {
  private static let location: ModelLocation = {
    let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appendingPathComponent("Models/\(ModelLocation.embeddedName)").path
    return ModelLocation(
      weights: "\(folder)/\(ModelLocation.embeddedName).gguf",
      projector: "\(folder)/\(ModelLocation.embeddedName)-mmproj.gguf", isEmbedded: true)
  }()

  private func model() throws -> LlamaVisionLanguageModel {
    try LlamaVisionLanguageModel(
      EngineConfiguration(
        weights: Self.location.weights, projector: Self.location.projector, threads: 1,
        slots: .fixed(images: 1, answers: 2)))
  }

  private static let prompt = Prompt(text: "Which code fits best: MEL, NV, BCC or BKL?", answerPrefix: "Answer:")
  private static let labels = LesionCode.allCases.map { " " + $0.rawValue }

  private func scores(_ view: any ImageContext) async throws -> LabelScores {
    let scores = try await view.score(Self.labels, after: Self.prompt)
    await view.close()
    return scores
  }

  @Test func `no token blanked gives the plain answer bit by bit, and every position is kept whatever is blanked`()
    async throws
  {
    let model = try model()
    let image = PhantomGenerator(seed: 650_065).phantom(0, width: 224, height: 224).image
    let grid = try #require(model.imageTokenGrid)
    #expect(grid == ImageTokenGrid(columns: 8, rows: 8))

    let plain = try await model.encode(image)
    let cost = plain.cost
    let expected = try await scores(plain)
    let same = try await scores(try await model.encode(image, blanking: []))
    #expect(same.logProbabilities.map(\.bitPattern) == expected.logProbabilities.map(\.bitPattern))

    let some = Set(grid.tokens(ofBlock: 5, perSide: 4))
    var seen: [[UInt64]] = [expected.logProbabilities.map(\.bitPattern)]
    for blanked in [some, Set(0..<64)] {
      let view = try await model.encode(image, blanking: blanked)
      // Encoded once, and as many tokens before the prompt as ever.
      #expect(view.cost.imageEncodes == 0)
      #expect(
        view.cost.promptTokens + view.cost.sharedPromptTokens == cost.promptTokens + cost.sharedPromptTokens)
      let answer = try await scores(view)
      #expect(answer.sharedPromptTokens == expected.sharedPromptTokens && answer.promptTokens == expected.promptTokens)
      seen.append(answer.logProbabilities.map(\.bitPattern))
      let again = try await scores(try await model.encode(image, blanking: blanked))
      #expect(again.logProbabilities == answer.logProbabilities)
    }
    #expect(Set(seen).count == 3, "blanked tokens change the answer")
    // The embedding that is kept is not touched.
    let after = try await scores(try await model.encode(image))
    #expect(after.logProbabilities.map(\.bitPattern) == expected.logProbabilities.map(\.bitPattern))
    await model.close()
  }

  @Test func `a blanked token has the mean of all, its place is kept, and the others have their own bits`() throws {
    let embedding = Projector.Embedding(
      numbers: [1, 10, 2, 20, 4, 50, 9, 80], count: 4, positions: ImagePositions(sequential: 4))
    let blanked = embedding.blanking([2, 7])
    #expect(blanked.numbers == [1, 10, 2, 20, 4, 40, 9, 80])
    #expect(blanked.count == 4 && blanked.positions == embedding.positions)
    #expect(embedding.blanking([]).numbers == embedding.numbers)
  }

  @Test func `tokens lie row by row from the top left`() async throws {
    let model = try model()
    let encoder = try #require(model.encoder)
    let plain = PhantomGenerator(seed: 650_065).phantom(1, width: 224, height: 224).image
    func embedding(_ image: PixelImage) async throws -> Projector.Embedding {
      try await encoder.encode(image, digest: image.digest).embedding
    }
    let before = try await embedding(plain)
    // A dark square in a corner changes that corner's tokens most.
    for (row, column) in [(0, 0), (0, 7), (7, 0), (7, 7)] {
      var pixels = plain.pixels
      for y in row * 28..<row * 28 + 28 {
        for x in column * 28..<column * 28 + 28 {
          for channel in 0..<3 { pixels[(y * 224 + x) * 3 + channel] = 20 }
        }
      }
      let after = try await embedding(try PixelImage(width: 224, height: 224, pixels: pixels))
      let width = before.numbers.count / before.count
      let distances = (0..<before.count).map { token in
        (token * width..<(token + 1) * width).reduce(Float(0)) { sum, index in
          sum + (after.numbers[index] - before.numbers[index]) * (after.numbers[index] - before.numbers[index])
        }
      }
      let most = try #require(distances.indices.max { distances[$0] < distances[$1] })
      #expect(most == row * 8 + column, "\(row), \(column): \(most)")
    }
    await model.close()
  }
}

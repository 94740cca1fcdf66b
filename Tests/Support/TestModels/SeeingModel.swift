import Digests
import Faults
import Synchronization
import VisionLanguage

/// A model whose answers are computed from the prompt and from what it sees, and which counts its encodes.
package final class SeeingModel: VisionLanguageModel {
  /// What the model is asked.
  package struct Sight: Sendable {
    package var prompt: String
    /// The prepared picture; `nil` where there is none in the context.
    package var image: PixelImage?
  }

  private let write: @Sendable (Sight) -> String
  private let weigh: @Sendable (_ label: String, Sight) -> Double
  private let metadata: [String: [Double]]
  private let unscored: String?
  private let count = Mutex(0)

  /// A model.
  ///
  /// - Parameters:
  ///   - write: the text of an answer.
  ///   - unscored: why labels are not scored; `nil` if they are.
  ///   - weigh: the log-probability of a label, before they are compared.
  ///   - metadata: the weights file's numbers, by key.
  package init(
    metadata: [String: [Double]] = [:], unscored: String? = nil, write: @escaping @Sendable (Sight) -> String,
    weigh: @escaping @Sendable (_ label: String, Sight) -> Double
  ) {
    self.metadata = metadata
    self.unscored = unscored
    self.write = write
    self.weigh = weigh
  }

  /// Pictures that were encoded.
  package var encodes: Int { count.withLock { $0 } }

  package var identity: ModelIdentity {
    ModelIdentity(name: "Seeing", weights: SHA256Digest(of: [3]), projector: SHA256Digest(of: [4]), engine: "test 1.0")
  }
  package let imageSide: Int? = 224
  package let recommendedSampling = RecommendedSampling()
  package func metadataNumbers(_ key: String) -> [Double]? { metadata[key] }

  package func encode(_ image: PixelImage) async throws -> any ImageContext {
    count.withLock { $0 += 1 }
    return View(model: self, image: image, encodes: 1)
  }

  package let imageTokenGrid: ImageTokenGrid? = ImageTokenGrid(columns: 16, rows: 16)

  /// Sees the picture's mean colour where its tokens are blanked; nothing is encoded for it.
  package func encode(_ image: PixelImage, blanking blanked: Set<Int>) async throws -> any ImageContext {
    var sums = [0, 0, 0]
    for (index, sample) in image.pixels.enumerated() { sums[index % 3] += Int(sample) }
    let mean = sums.map { UInt8(clamping: $0 / (image.width * image.height)) }
    var pixels = image.pixels
    for place in 0..<image.width * image.height {
      let (row, column) = (place / image.width * 16 / image.height, place % image.width * 16 / image.width)
      guard blanked.contains(row * 16 + column) else { continue }
      for channel in 0..<3 { pixels[place * 3 + channel] = mean[channel] }
    }
    let seen = try PixelImage(width: image.width, height: image.height, pixels: pixels)
    return View(model: self, image: seen, encodes: 0)
  }

  package func respond(to requests: [GenerationRequest]) async throws -> [GenerationStream] { answers(requests, nil) }

  package func score(_ labels: [String], after prompt: Prompt) async throws -> LabelScores {
    scores(labels, prompt, nil)
  }

  fileprivate func answers(_ requests: [GenerationRequest], _ image: PixelImage?) -> [GenerationStream] {
    requests.map { request in
      let text = write(Sight(prompt: request.prompt.text, image: image))
      let (stream, continuation) = GenerationStream.makeStream()
      continuation.yield(.text(text))
      continuation.yield(
        .finished(Generation(text: text, generatedTokens: 3, promptTokens: 10, stopReason: .endOfTurn)))
      continuation.finish()
      return stream
    }
  }

  fileprivate func scores(_ labels: [String], _ prompt: Prompt, _ image: PixelImage?) -> LabelScores {
    let sight = Sight(prompt: prompt.text, image: image)
    if let unscored {
      var scores = LabelScores(logProbabilities: [], promptTokens: 5)
      scores.unscored = unscored
      return scores
    }
    return LabelScores(logProbabilities: labels.map { weigh($0, sight) }, promptTokens: 5)
  }

  private struct View: ImageContext {
    let model: SeeingModel
    let image: PixelImage
    let encodes: Int
    var cost: EncodingCost { EncodingCost(imageEncodes: encodes, promptTokens: 100, encoding: .milliseconds(1)) }
    func close() async {}
    func respond(to requests: [GenerationRequest]) async throws -> [GenerationStream] { model.answers(requests, image) }
    func score(_ labels: [String], after prompt: Prompt) async throws -> LabelScores {
      model.scores(labels, prompt, image)
    }
  }
}

import Weights

/// The memory and sequences that an engine was given, and why.
public struct EngineCapacity: Sendable, Hashable {
  /// Images that can be in memory side by side.
  public let images: Int
  /// Prompts that can be answered side by side.
  public let answers: Int
  /// Prefixes of prompts that are kept.
  public let prefixes: Int
  /// Tokens that a sequence holds: prompt, image and answer together.
  public let tokensPerSequence: Int
  /// What all of it takes.
  public let footprint: EngineFootprint
  /// Free memory in bytes when the engine was loaded; `nil` where the system does not say.
  public let freeMemory: Int?

  var sequences: Int { images + prefixes + answers }

  /// Divides llama.cpp's sequences, and the memory if no number was given.
  init(
    _ configuration: EngineConfiguration, text: TextWeights, projector: ProjectorWeights?, tokensPerSequence: Int
  ) {
    let most = EngineConfiguration.mostSequences
    let prefixes = min(max(0, configuration.prefixes), most / 4)
    let embeddings = projector == nil ? 0 : configuration.embeddingCacheBytes
    // Without a projector there are no images, and none takes memory.
    let imagesPerExamination = projector == nil ? 0 : 1
    func footprint(_ answersPerImage: Int) -> EngineFootprint {
      EngineFootprint(
        text: text, projector: projector, tokensPerSequence: tokensPerSequence,
        sequencesPerExamination: imagesPerExamination + answersPerImage, sharedSequences: prefixes,
        embeddings: embeddings)
    }
    let free = configuration.freeMemory ?? FreeMemory.bytes
    switch configuration.slots {
    case .fixed(let images, let answers):
      self.images = min(max(1, images), most / 3) * imagesPerExamination
      self.answers = min(max(1, answers), most - self.images - prefixes)
      self.footprint = footprint(max(1, self.answers / max(1, self.images)))
    case .fitting(let answersPerImage, let atMost):
      let perImage = min(max(1, answersPerImage), most / 4)
      let footprint = footprint(perImage)
      let examinations = min(
        footprint.examinations(inFree: free, most: atMost), (most - prefixes) / (perImage + imagesPerExamination))
      self.images = examinations * imagesPerExamination
      self.answers = examinations * perImage
      self.footprint = footprint
    }
    self.prefixes = prefixes
    self.tokensPerSequence = tokensPerSequence
    freeMemory = free
  }

  /// What several engines of the same weights have together; `nil` of none.
  init?(_ capacities: [EngineCapacity]) {
    guard let first = capacities.first else { return nil }
    images = capacities.reduce(0) { $0 + $1.images }
    answers = capacities.reduce(0) { $0 + $1.answers }
    prefixes = capacities.reduce(0) { $0 + $1.prefixes }
    tokensPerSequence = first.tokensPerSequence
    footprint = first.footprint.times(capacities.count)
    freeMemory = capacities.count == 1 ? first.freeMemory : FreeMemory.bytes
  }
}

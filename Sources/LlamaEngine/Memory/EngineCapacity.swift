import Weights

/// The memory and sequences that an engine was given, and why.
public struct EngineCapacity: Sendable, Hashable {
  /// Images that can be looked at side by side.
  public let views: Int
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

  var sequences: Int { views + prefixes + answers }

  /// Divides llama.cpp's sequences, and the memory if no number was given.
  init(
    _ configuration: EngineConfiguration, text: TextWeights, projector: ProjectorWeights?, tokensPerSequence: Int
  ) {
    let most = EngineConfiguration.mostSequences
    let prefixes = min(max(0, configuration.prefixes), most / 4)
    let embeddings = projector == nil ? 0 : configuration.embeddingCacheBytes
    // Without a projector there is nothing to look at, and no view takes memory.
    let viewsPerExamination = projector == nil ? 0 : 1
    func footprint(_ answersPerView: Int) -> EngineFootprint {
      EngineFootprint(
        text: text, projector: projector, tokensPerSequence: tokensPerSequence,
        sequencesPerExamination: viewsPerExamination + answersPerView, sharedSequences: prefixes,
        embeddings: embeddings)
    }
    let free = configuration.freeMemory ?? FreeMemory.bytes
    switch configuration.places {
    case .fixed(let views, let answers):
      self.views = min(max(1, views), most / 3) * viewsPerExamination
      self.answers = min(max(1, answers), most - self.views - prefixes)
      self.footprint = footprint(max(1, self.answers / max(1, self.views)))
    case .fitting(let answersPerView, let atMost):
      let perView = min(max(1, answersPerView), most / 4)
      let footprint = footprint(perView)
      let examinations = min(
        footprint.examinations(inFree: free, most: atMost), (most - prefixes) / (perView + viewsPerExamination))
      self.views = examinations * viewsPerExamination
      self.answers = examinations * perView
      self.footprint = footprint
    }
    self.prefixes = prefixes
    self.tokensPerSequence = tokensPerSequence
    freeMemory = free
  }

  /// What several engines of the same weights have together; `nil` of none.
  init?(_ rooms: [EngineCapacity]) {
    guard let first = rooms.first else { return nil }
    views = rooms.reduce(0) { $0 + $1.views }
    answers = rooms.reduce(0) { $0 + $1.answers }
    prefixes = rooms.reduce(0) { $0 + $1.prefixes }
    tokensPerSequence = first.tokensPerSequence
    footprint = first.footprint.times(rooms.count)
    freeMemory = rooms.count == 1 ? first.freeMemory : FreeMemory.bytes
  }
}

import CLlama
import Digests
import Foundation
import VisionLanguage

/// A model with an engine on each of several processors, where its weights are small; with one engine otherwise.
///
/// Threads of a small model wait for each other longer than they compute (`ThreadChoice`), so more processors help only
/// if each reads its own images. An image that was encoded before goes to the engine that still has its embedding, any
/// other to the least busy engine. No answer depends on the choice.
///
/// ```swift
/// import LlamaEngine
/// import VisionLanguage
///
/// let model = try EnginePool(
///   EngineConfiguration(weights: "model.gguf", projector: nil, slots: .fixed(images: 1, answers: 1)))
/// let request = GenerationRequest(
///   prompt: Prompt(text: "What is a melanocyte?", answerPrefix: ""), sampling: .greedy(maxTokens: 64), seed: 0)
/// for stream in try await model.respond(to: [request]) {
///   for try await event in stream {
///     if case .finished(let generation) = event { print(generation.text, generation.generatedTokens) }
///   }
/// }
/// ```
public final class EnginePool: VisionLanguageModel {
  let members: [LlamaVisionLanguageModel]
  private let first: LlamaVisionLanguageModel
  // A lock that the thread sanitizer sees, unlike a `Mutex`'s waiting; it guards the balancer.
  private let lock = NSLock()
  private nonisolated(unsafe) var balancer: LoadBalancer
  /// The memory and sequences that all engines were given together.
  public let capacity: EngineCapacity

  /// Loads the engines.
  ///
  /// - Parameter configuration: for all of them together: slots and the cache are divided, and `threads` is how many
  ///   processors may be used.
  /// - Throws: what ``LlamaVisionLanguageModel`` throws.
  public init(_ configuration: EngineConfiguration) throws {
    try LlamaBackend.load()
    let slots = configuration.slots.images
    let count = min(Self.engines(for: configuration), max(1, slots))
    first = try LlamaVisionLanguageModel(configuration.part(0, of: count))
    members = try [first] + (1..<max(1, count)).map { try LlamaVisionLanguageModel(configuration.part($0, of: count)) }
    capacity = EngineCapacity(members.map(\.capacity)) ?? first.capacity
    // More than an engine's cache has room for in practice; an image beyond them is at worst encoded once more.
    let remembered = configuration.embeddingCacheBytes > 0 && count > 1 ? Self.rememberedImages : 0
    balancer = LoadBalancer(members: count, limit: remembered)
  }

  private static let rememberedImages = 8192
  /// Free memory that an engine of small weights may take; fewer engines are made where there is less for each.
  private static let bytesPerEngine = 256 << 20

  /// The number of engines that a model can use on this machine if there are enough images.
  ///
  /// - Returns: one for each processor when the weights are small and no graphics processor computes; otherwise 1. 1 too when
  ///   the files are not there: loading them says so.
  public static func engines(for configuration: EngineConfiguration) -> Int {
    // Weights from a hub's cache are links, whose own sizes say nothing.
    let sizes = [configuration.weights, configuration.projector].compactMap(\.self).map {
      let file = URL(fileURLWithPath: $0).resolvingSymlinksInPath().path
      return (try? FileManager.default.attributesOfItem(atPath: file))?[.size] as? Int
    }
    guard sizes.allSatisfy({ $0.map { $0 < ThreadChoice.smallWeights } ?? false }) else { return 1 }
    if (try? configuration.device.usesGPU()) ?? false { return 1 }
    let fitting = FreeMemory.bytes.map { max(1, $0 / bytesPerEngine) } ?? 1
    return min(configuration.threads ?? EngineConfiguration.availableThreads, fitting)
  }

  /// Engines that were made.
  public var engines: Int { members.count }
  /// An engine's threads for decoding, and those for encoding.
  public var threads: (decoding: Int, encoding: Int) { first.threads }

  public var identity: ModelIdentity {
    get async throws { try await first.identity }
  }

  public var recommendedSampling: VisionLanguage.RecommendedSampling { first.recommendedSampling }
  public var imageSide: Int? { first.imageSide }
  public func metadataNumbers(_ key: String) -> [Double]? { first.metadataNumbers(key) }

  /// Statistics of all engines since they were loaded.
  public var statistics: EngineStatistics {
    get async {
      var sum = EngineStatistics()
      for member in members { sum += await member.statistics }
      return sum
    }
  }

  public func encode(_ image: PixelImage) async throws -> any ImageContext { try await encode(image, blanking: []) }

  public var imageTokenGrid: ImageTokenGrid? { first.imageTokenGrid }

  public func encode(_ image: PixelImage, blanking blanked: Set<Int>) async throws -> any ImageContext {
    guard members.count > 1 else { return try await first.encode(image, blanking: blanked) }
    let digest = image.digest
    let slot = lock.withLock { balancer.enter(with: digest) }
    do {
      let context = try await members[slot].encode(image, digest: digest, blanking: blanked)
      return PooledImageContext(context) { [weak self] in self?.leave(slot) }
    } catch {
      leave(slot)
      throw error
    }
  }

  public func respond(to requests: [GenerationRequest]) async throws -> [GenerationStream] {
    try await withMember { member, slot in
      let streams = try await member.respond(to: requests)
      guard let slot else { return streams }
      slot.expect(streams.count)
      return streams.map { slot.watching($0) }
    }
  }

  public func score(_ labels: [String], after prompt: Prompt) async throws -> LabelScores {
    try await withMember { member, _ in try await member.score(labels, after: prompt) }
  }

  public func respond(to request: GenerationRequest, scoring labels: [String]) async throws -> ScoredAnswer {
    try await withMember { member, slot in
      let answer = try await member.respond(to: request, scoring: labels)
      guard let slot else { return answer }
      slot.expect(1)
      return ScoredAnswer(stream: slot.watching(answer.stream), scores: answer.scores)
    }
  }

  /// Gives work without an image to the least busy engine; it counts until the last answer is complete.
  private func withMember<Value: Sendable>(
    _ body: (LlamaVisionLanguageModel, PoolSlot?) async throws -> Value
  ) async throws -> Value {
    guard members.count > 1 else { return try await body(first, nil) }
    let number = lock.withLock { balancer.enter() }
    let slot = PoolSlot { [weak self] in self?.leave(number) }
    return try await body(members[number], slot)
  }

  /// The work in progress of each engine.
  var underWay: [Int] { lock.withLock { balancer.underWay } }

  private func leave(_ slot: Int) { lock.withLock { balancer.leave(slot) } }

  /// Ends all work in progress in every engine.
  public func close() async {
    for member in members { await member.close() }
  }
}

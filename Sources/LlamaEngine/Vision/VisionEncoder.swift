import CLlama
import Digests
import VisionLanguage
import Weights

/// Encodes images one at a time and remembers the last ones: on a thread of its own, or on the decoding engine's where they
/// share the processors.
actor VisionEncoder {
  nonisolated let executor: ComputeThreadExecutor
  nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

  private let projector: Projector
  private var cache: EmbeddingCache
  private var encodes = 0
  private var encoding = Duration.zero

  /// - Parameters:
  ///   - cacheBytes: how much the kept embeddings may take.
  ///   - executor: where it encodes.
  /// - Throws: `EngineFault.refusedWeights` when llama.cpp does not load the projector.
  init(
    _ weights: ProjectorWeights, reading rules: ImageTokenRules, for model: LlamaModel, options: Projector.Options,
    cacheBytes: Int, on executor: ComputeThreadExecutor
  ) throws {
    self.executor = executor
    projector = try Projector(weights, reading: rules, for: model, options: options)
    cache = EmbeddingCache(limit: cacheBytes)
  }

  /// An image's embedding.
  struct Outcome: Sendable {
    var embedding: Projector.Embedding
    /// Whether it had to be encoded.
    var isNew: Bool
    var took: Duration
  }

  /// Encodes an image unless its embedding is still known. Of two callers with the same image, the second waits here for
  /// the first.
  func encode(_ image: PixelImage, digest: SHA256Digest) throws -> Outcome {
    try Task.checkCancellation()
    if let known = cache.embedding(of: digest) { return Outcome(embedding: known, isNew: false, took: .zero) }
    let start = ContinuousClock.now
    let embedding = try projector.encode(image)
    let took = ContinuousClock.now - start
    encodes += 1
    encoding += took
    cache.keep(embedding, of: digest)
    return Outcome(embedding: embedding, isNew: true, took: took)
  }

  /// Adds what was done here.
  func add(to statistics: EngineStatistics) -> EngineStatistics {
    var statistics = statistics
    statistics.imageEncodes += encodes
    statistics.encoding += encoding
    return statistics
  }
}

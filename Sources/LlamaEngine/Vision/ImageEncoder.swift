import CLlama
import VisionLanguage

/// Encodes images one at a time, on a thread of its own beside the decoding engine's.
actor ImageEncoder {
  nonisolated let executor: ThreadExecutor
  nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

  private let projector: Projector

  init(projector: sending Projector) {
    executor = ThreadExecutor(name: "dermgemma-encode")
    self.projector = projector
  }

  deinit { executor.end() }

  /// An image's embedding and the time that it took.
  func encode(_ image: PixelImage) throws -> (embedding: Projector.Embedding, took: Duration) {
    try Task.checkCancellation()
    let clock = ContinuousClock()
    let start = clock.now
    let embedding = try projector.encode(image)
    return (embedding, clock.now - start)
  }
}

import Caching
import Digests

/// Embeddings of the last images that were encoded, bounded in bytes.
///
/// The key is the SHA-256 of the prepared pixels and their size, which holds whatever preparation did; the projector and its
/// precision are not part of it because every projector has a cache of its own, made and freed with it.
struct EmbeddingCache {
  private var embeddings: LRUCache<SHA256Digest, Projector.Embedding>

  /// - Parameter limit: bytes of all embeddings together; 0 keeps none.
  init(limit: Int) { embeddings = LRUCache(limit: limit) }

  /// The embedding of an image that was kept.
  mutating func embedding(of image: SHA256Digest) -> Projector.Embedding? { embeddings.value(of: image) }

  /// Stores an embedding, and evicts the least recently used ones until all fit.
  mutating func keep(_ embedding: Projector.Embedding, of image: SHA256Digest) {
    embeddings.insert(embedding, for: image, cost: embedding.byteCount)
  }

  /// Images that are kept.
  var count: Int { embeddings.count }
}

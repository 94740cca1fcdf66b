import Digests

/// Embeddings of the last images that were encoded, bounded in bytes.
///
/// The key is the SHA-256 of the prepared pixels and their size, which holds whatever preparation did; the projector is
/// not part of it because every projector has a cache of its own, made and freed with it.
struct EmbeddingCache {
  private struct Entry {
    let embedding: Projector.Embedding
    var lastUse: UInt64
  }

  private let limit: Int
  private var entries: [SHA256Digest: Entry] = [:]
  private var bytes = 0
  private var uses: UInt64 = 0

  /// - Parameter limit: bytes of all embeddings together; 0 keeps none.
  init(limit: Int) { self.limit = limit }

  /// The embedding of an image that was kept.
  mutating func embedding(of image: SHA256Digest) -> Projector.Embedding? {
    guard let entry = entries[image] else { return nil }
    uses += 1
    entries[image]?.lastUse = uses
    return entry.embedding
  }

  /// Stores an embedding, and evicts the least recently used ones until all fit.
  mutating func keep(_ embedding: Projector.Embedding, of image: SHA256Digest) {
    guard entries[image] == nil, embedding.byteCount <= limit else { return }
    while bytes + embedding.byteCount > limit, let oldest = entries.min(by: { $0.value.lastUse < $1.value.lastUse }) {
      bytes -= oldest.value.embedding.byteCount
      entries[oldest.key] = nil
    }
    uses += 1
    entries[image] = Entry(embedding: embedding, lastUse: uses)
    bytes += embedding.byteCount
  }

  /// Images that are kept.
  var count: Int { entries.count }
}

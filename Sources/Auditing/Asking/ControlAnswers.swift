import Caching
import Digests
import Synchronization

/// Answers about pictures as they are, kept so that the next question about the same picture does not ask for them again. The
/// least recently used ones make room.
public final class ControlAnswers: Sendable {
  struct Key: Hashable, Sendable {
    var digest: SHA256Digest
    var seed: UInt64
  }

  private let kept: Mutex<LRUCache<Key, AskedPicture>>

  /// None yet.
  ///
  /// - Parameter limit: how many are kept at most.
  public init(limit: Int = 64) { kept = Mutex(LRUCache(limit: limit)) }

  subscript(key: Key) -> AskedPicture? {
    get { kept.withLock { $0.value(of: key) } }
    set { if let newValue { kept.withLock { $0.insert(newValue, for: key) } } }
  }
}

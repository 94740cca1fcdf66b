import Caching
import CLlama
import Foundation

/// The tokens of texts that were tokenised recently. Questions, turns and labels recur with every image, and tokenising
/// them took a twentieth of an examination by the embedded model; a text's tokens depend on that text alone.
final class TokenCache: Sendable {
  // A lock that the thread sanitizer sees, unlike a `Mutex`'s waiting; it guards the texts.
  private let lock = NSLock()
  /// By bytes: strings are equal when they look the same, and are tokenised by their bytes.
  private nonisolated(unsafe) var texts = LRUCache<[UInt8], [llama_token]>(limit: most)

  /// Texts that are kept.
  static let most = 64
  /// Longer texts, in bytes, are not kept.
  static let longest = 4096

  /// The tokens of a text, tokenised now unless they are known.
  func tokens(of text: String, tokenizing tokenize: (String) -> [llama_token]) -> [llama_token] {
    let key = Array(text.utf8)
    guard key.count <= Self.longest else { return tokenize(text) }
    if let known = lock.withLock({ texts.value(of: key) }) { return known }
    let tokens = tokenize(text)
    lock.withLock { texts.insert(tokens, for: key) }
    return tokens
  }

  /// How many texts are kept.
  var count: Int { lock.withLock { texts.count } }
}

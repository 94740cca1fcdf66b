import CLlama
import Foundation

/// The tokens of texts that were tokenised recently. Questions, turns and labels recur with every image, and tokenising
/// them took a twentieth of an examination by the embedded model; a text's tokens depend on that text alone.
final class TokenCache: Sendable {
  private struct Entry {
    let tokens: [llama_token]
    var lastUse: UInt64
  }

  private struct Texts {
    /// By bytes: strings are equal when they look the same, and are tokenised by their bytes.
    private(set) var entries: [[UInt8]: Entry] = [:]
    private var uses: UInt64 = 0

    /// The tokens of a text that is kept.
    mutating func tokens(of key: [UInt8]) -> [llama_token]? {
      uses += 1
      entries[key]?.lastUse = uses
      return entries[key]?.tokens
    }

    /// Keeps a text's tokens, and lets go of those longest unused when there are too many.
    mutating func keep(_ tokens: [llama_token], of key: [UInt8]) {
      entries[key] = Entry(tokens: tokens, lastUse: uses)
      guard entries.count > TokenCache.most else { return }
      guard let oldest = entries.min(by: { $0.value.lastUse < $1.value.lastUse }) else { return }
      entries[oldest.key] = nil
    }
  }

  // A lock that the thread sanitizer sees, unlike a `Mutex`'s waiting; it guards the texts.
  private let lock = NSLock()
  private nonisolated(unsafe) var texts = Texts()

  /// Texts that are kept.
  static let most = 64
  /// Longer texts, in bytes, are not kept.
  static let longest = 4096

  /// The tokens of a text, tokenised now unless they are known.
  func tokens(of text: String, tokenizing tokenize: (String) -> [llama_token]) -> [llama_token] {
    let key = Array(text.utf8)
    guard key.count <= Self.longest else { return tokenize(text) }
    if let known = lock.withLock({ texts.tokens(of: key) }) { return known }
    let tokens = tokenize(text)
    lock.withLock { texts.keep(tokens, of: key) }
    return tokens
  }

  /// How many texts are kept.
  var count: Int { lock.withLock { texts.entries.count } }
}

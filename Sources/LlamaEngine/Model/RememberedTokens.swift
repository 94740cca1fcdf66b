import CLlama
import Synchronization

/// The tokens of texts that came up lately. Questions, turns and labels come up with every image, and cutting them took a
/// twentieth of an examination by the embedded model; a text's tokens depend on that text alone.
final class RememberedTokens: Sendable {
  private struct Entry {
    let tokens: [llama_token]
    var lastUse: UInt64
  }

  private struct Texts {
    /// By bytes: strings are equal when they look the same, and are cut apart by their bytes.
    var entries: [[UInt8]: Entry] = [:]
    var uses: UInt64 = 0
  }

  private let texts = Mutex(Texts())

  /// Texts that are kept.
  static let most = 64
  /// Longer texts, in bytes, are not kept.
  static let longest = 4096

  /// The tokens of a text, cut now unless they are known.
  func tokens(of text: String, cutting cut: (String) -> [llama_token]) -> [llama_token] {
    let key = Array(text.utf8)
    guard key.count <= Self.longest else { return cut(text) }
    let known = texts.withLock { texts -> [llama_token]? in
      texts.uses += 1
      texts.entries[key]?.lastUse = texts.uses
      return texts.entries[key]?.tokens
    }
    if let known { return known }
    let tokens = cut(text)
    texts.withLock { texts in
      texts.entries[key] = Entry(tokens: tokens, lastUse: texts.uses)
      guard texts.entries.count > Self.most else { return }
      guard let oldest = texts.entries.min(by: { $0.value.lastUse < $1.value.lastUse }) else { return }
      texts.entries[oldest.key] = nil
    }
    return tokens
  }

  /// How many texts are kept.
  var count: Int { texts.withLock { $0.entries.count } }
}

import Caching
import CLlama

/// A prefix cache: beginnings that many prompts share, each decoded once into a sequence that prompts fork from.
///
/// Which tokens are a prompt's prefix follows from that prompt alone, never from what happens to be kept here; and a
/// prompt is always decoded in the same pieces, prefix and rest, whether or not the prefix was cached. So a hit, a
/// miss and an eviction give the same bits.
struct PrefixCache {
  /// The sequences by what was decoded into them.
  private var decoded = LRUCache<[llama_token], Int>(limit: .max)
  private var free: [Int]

  /// - Parameter sequences: those set aside for prefixes; may be empty.
  init(sequences: [Int]) { free = sequences }

  /// The sequence that holds just these tokens; `nil` when none does.
  mutating func sequence(of tokens: ArraySlice<llama_token>) -> Int? { decoded.value(of: Array(tokens)) }

  /// A sequence for another prefix, if necessary that of the least recently used one; `nil` when none is reserved.
  mutating func reserve() -> Int? { free.popLast() ?? decoded.removeLeastRecentlyUsed() }

  /// Remembers what was decoded into a sequence, which no other sequence holds.
  mutating func keep(_ tokens: ArraySlice<llama_token>, in sequence: Int) {
    decoded.insert(sequence, for: Array(tokens))
  }

  /// Releases a sequence into which nothing was decoded.
  mutating func release(_ sequence: Int) { free.append(sequence) }

  /// Sequences set aside, in use or not.
  var count: Int { decoded.count + free.count }
}

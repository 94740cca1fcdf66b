import CLlama

/// A prefix cache: beginnings that many prompts share, each decoded once into a sequence that prompts fork from.
///
/// Which tokens are a prompt's prefix follows from that prompt alone, never from what happens to be kept here; and a
/// prompt is always decoded in the same pieces, prefix and rest, whether or not the prefix was cached. So a hit, a
/// miss and an eviction give the same bits.
struct PrefixCache {
  private struct Entry {
    let tokens: [llama_token]
    let sequence: Int
    var lastUse: UInt64
  }

  private var entries: [Entry] = []
  private var free: [Int]
  private var uses: UInt64 = 0

  /// - Parameter sequences: those set aside for prefixes; may be empty.
  init(sequences: [Int]) { free = sequences }

  /// The sequence that holds just these tokens; `nil` when none does.
  mutating func sequence(of tokens: ArraySlice<llama_token>) -> Int? {
    guard let index = entries.firstIndex(where: { $0.tokens.elementsEqual(tokens) }) else { return nil }
    uses += 1
    entries[index].lastUse = uses
    return entries[index].sequence
  }

  /// A sequence for another prefix, if necessary that of the least recently used one; `nil` when none is reserved.
  mutating func reserve() -> Int? {
    if let sequence = free.popLast() { return sequence }
    guard let oldest = entries.indices.min(by: { entries[$0].lastUse < entries[$1].lastUse }) else { return nil }
    return entries.remove(at: oldest).sequence
  }

  /// Remembers what was decoded into a sequence.
  mutating func keep(_ tokens: ArraySlice<llama_token>, in sequence: Int) {
    uses += 1
    entries.append(Entry(tokens: Array(tokens), sequence: sequence, lastUse: uses))
  }

  /// Releases a sequence into which nothing was decoded.
  mutating func release(_ sequence: Int) { free.append(sequence) }

  /// Sequences set aside, in use or not.
  var count: Int { entries.count + free.count }
}

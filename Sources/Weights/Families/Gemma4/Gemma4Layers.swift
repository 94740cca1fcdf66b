import TextOutput

/// What differs from block to block in a Gemma 4 text model, held to what llama.cpp's gemma4.cpp and its cache assert.
struct Gemma4Layers {
  /// Whether a block attends within the sliding window.
  let slides: [Bool]
  /// Key and value heads of each block.
  let headCountsKV: [Int]
  /// The width between each block's feed-forward matrices.
  let feedForwardLengths: [Int]
  /// The width of a head with global attention.
  let fullHeadWidth: Int
  /// The width of a head within the window.
  let slidingHeadWidth: Int
  /// Blocks from this one on read the keys and values of earlier ones.
  let firstSharing: Int
  /// The width of each block's own embedding of a token; 0 where there is none.
  let embeddingPerBlock: Int

  private static let mostHeads = 1_024
  private static let widest = 4_096

  init(_ metadata: GGUFMetadata, blockCount: Int) throws(WeightsFault) {
    slides = try Self.pattern(metadata, blockCount: blockCount)
    headCountsKV = try Self.numbers("attention.head_count_kv", metadata, count: blockCount, in: 1...Self.mostHeads)
    feedForwardLengths = try Self.numbers("feed_forward_length", metadata, count: blockCount, in: 1...(1 << 22))
    fullHeadWidth = try Self.headWidth(metadata, "")
    slidingHeadWidth = try Self.headWidth(metadata, "_swa")
    let shared = try metadata.whole("gemma4.attention.shared_kv_layers", in: 0...TextShape.mostBlocks) ?? 0
    firstSharing = blockCount - shared
    // llama.cpp asserts two blocks of their own, and takes the last of them for global attention's, the one before for the window's.
    guard firstSharing >= 2 else {
      throw metadata.fault(
        "gemma4.attention.shared_kv_layers is \(shared) of \(blockCount) blocks; two blocks need keys of their own")
    }
    guard shared == 0 || (slides[firstSharing - 2] && !slides[firstSharing - 1]) else {
      throw metadata.fault(
        "gemma4.attention.sliding_window_pattern does not end in a block of each kind before the shared ones")
    }
    guard
      shared == 0
        || (firstSharing..<blockCount).allSatisfy({ [headCountsKV, slides] block in
          headCountsKV[block] == headCountsKV[slides[block] ? blockCount - shared - 2 : blockCount - shared - 1]
        })
    else {
      throw metadata.fault("gemma4.attention.head_count_kv differs between blocks that share keys")
    }
    embeddingPerBlock = try metadata.neededWhole("gemma4.embedding_length_per_layer_input", in: 0...65_536)
  }

  /// A block's width of a head.
  func headWidth(_ block: Int) -> Int { slides[block] ? slidingHeadWidth : fullHeadWidth }

  /// Both kinds of blocks must be there: each has a cache of its own, whose first use asserts that it is not empty.
  private static func pattern(_ metadata: GGUFMetadata, blockCount: Int) throws(WeightsFault) -> [Bool] {
    let key = "gemma4.attention.sliding_window_pattern"
    guard let value = metadata[key] else { throw metadata.fault("\(key) is missing") }
    guard case .numbers(let pattern) = value, [.bool, .uint32, .int32].contains(pattern.type) else {
      throw metadata.fault("\(key) is \(value.spokenName); an array of truth values is needed")
    }
    guard pattern.count == blockCount else {
      throw metadata.fault("\(key) has \(grouped(pattern.count)) elements for \(blockCount) blocks")
    }
    let slides = pattern.values.map { $0 != 0 }
    guard slides.contains(true), slides.contains(false) else {
      throw metadata.fault("\(key) leaves no block to the sliding window, or none to global attention")
    }
    return slides
  }

  /// One number for all blocks, or one for each.
  private static func numbers(
    _ name: String, _ metadata: GGUFMetadata, count: Int, in bounds: ClosedRange<Int>
  ) throws(WeightsFault) -> [Int] {
    let key = "gemma4.\(name)"
    guard case .numbers(let list)? = metadata[key] else {
      return [Int](repeating: try metadata.neededWhole(key, in: bounds), count: count)
    }
    guard [.int32, .uint32].contains(list.type), list.count == count else {
      throw metadata.fault("\(key) has \(grouped(list.count)) elements for \(count) blocks, or of a wrong type")
    }
    var numbers: [Int] = []
    for value in list.values {
      let number = Int(value)
      guard bounds.contains(number) else {
        throw metadata.fault(
          "\(key) holds \(number); it must be from \(grouped(bounds.lowerBound)) to \(grouped(bounds.upperBound))")
      }
      numbers.append(number)
    }
    return numbers
  }

  /// Keys and values have one width (gemma4.cpp throws), which is even for the rotation.
  private static func headWidth(_ metadata: GGUFMetadata, _ kind: String) throws(WeightsFault) -> Int {
    let keys = try metadata.neededWhole("gemma4.attention.key_length\(kind)", in: 2...widest)
    let values = try metadata.neededWhole("gemma4.attention.value_length\(kind)", in: 2...widest)
    guard keys == values, keys % 2 == 0 else {
      throw metadata.fault(
        "gemma4.attention.key_length\(kind) is \(keys) and value_length\(kind) \(values); one even width is needed")
    }
    let rotated = try metadata.whole("gemma4.rope.dimension_count\(kind)", in: 2...widest) ?? keys
    guard rotated <= keys, rotated % 2 == 0 else {
      throw metadata.fault("gemma4.rope.dimension_count\(kind) is \(rotated), but its heads are \(keys) wide")
    }
    return keys
  }
}

import TextOutput

/// The sizes of a Gemma 3 text model, read from its metadata and held to what llama.cpp can run.
extension Gemma3 {
  func textShape(_ metadata: GGUFMetadata) throws(WeightsFault) -> TextShape {
    let contextLength = try metadata.neededWhole("gemma3.context_length", in: 1...(1 << 24))
    let width = try metadata.neededWhole("gemma3.embedding_length", in: 1...65_536)
    let blockCount = try metadata.neededWhole("gemma3.block_count", in: 1...TextShape.mostBlocks)
    let feedForwardLength = try metadata.neededWhole("gemma3.feed_forward_length", in: 1...(1 << 22))
    let headCount = try metadata.neededWhole("gemma3.attention.head_count", in: 1...1_024)
    let headCountKV = try metadata.whole("gemma3.attention.head_count_kv", in: 1...1_024) ?? headCount
    let headWidth = try metadata.whole("gemma3.attention.key_length", in: 1...4_096) ?? width / headCount
    let shape = TextShape(
      contextLength: contextLength, width: width, blockCount: blockCount, feedForwardLength: feedForwardLength,
      headCount: headCount, headCountKV: headCountKV, keyLength: headWidth, valueLength: headWidth,
      slidingWindow: try Self.slidingWindow(metadata, blockCount: blockCount))
    try Self.checkHeads(metadata, shape)
    try Self.checkRotation(metadata, headWidth: headWidth)
    try metadata.refuseForeignTextSettings(of: self, width: width)
    try metadata.checkScaling(of: self)
    guard try metadata.real("gemma3.attention.layer_norm_rms_epsilon", in: 1e-12...0.1) != nil else {
      throw metadata.fault("gemma3.attention.layer_norm_rms_epsilon is missing")
    }
    _ = try metadata.real("gemma3.final_logit_softcapping", in: 0...1e6)
    return shape
  }

  private static func checkHeads(_ metadata: GGUFMetadata, _ shape: TextShape) throws(WeightsFault) {
    let (headCount, headCountKV) = (shape.headCount, shape.headCountKV)
    let (width, headWidth) = (shape.width, shape.keyLength)
    guard headCount % headCountKV == 0 else {
      throw metadata.fault(
        "gemma3.attention.head_count is \(headCount), which the \(headCountKV) of head_count_kv do not divide")
    }
    // At 27B's depth llama.cpp derives the attention's scale from this quotient.
    guard headCount <= width else {
      throw metadata.fault("gemma3.attention.head_count is \(headCount), more than the width of \(width)")
    }
    guard headWidth % 2 == 0, headWidth > 0 else {
      throw metadata.fault("its attention heads are \(headWidth) wide; rotary positions need an even width")
    }
    // Gemma 3's graph uses one head width everywhere; others trip assertions while the graph is built.
    for key in ["value_length", "key_length_swa", "value_length_swa"] {
      let length = try metadata.whole("gemma3.attention.\(key)", in: 1...4_096)
      let isAbsentDefault = key == "value_length" && length == nil && width / headCount != headWidth
      guard !isAbsentDefault, length ?? headWidth == headWidth else {
        throw metadata.fault(
          "gemma3.attention.\(key) is \(length ?? width / headCount), but its heads are \(headWidth) wide")
      }
    }
  }

  /// The sliding window in tokens, `nil` where there is none; its pattern is checked too.
  private static func slidingWindow(
    _ metadata: GGUFMetadata, blockCount: Int
  ) throws(WeightsFault) -> Int? {
    let window = try metadata.whole("gemma3.attention.sliding_window", in: 0...(1 << 24)) ?? 0
    let key = "gemma3.attention.sliding_window_pattern"
    let slides: Bool
    switch metadata[key] {
    case .numbers(let pattern)?:
      guard [.bool, .uint32, .int32].contains(pattern.type), pattern.count == blockCount else {
        throw metadata.fault(
          "\(key) has \(grouped(pattern.count)) elements for \(blockCount) blocks, or of a wrong type")
      }
      slides = pattern.values.contains { $0 != 0 }
    default:
      // Every n-th block has global attention; 1 means every block.
      slides = try metadata.number(key, .uint32) != 1
    }
    guard window == 0 || slides else {
      // llama.cpp asserts `is_swa_any()` when it makes the cache.
      throw metadata.fault("\(key) leaves no block to the sliding window of \(grouped(window)) tokens")
    }
    return window == 0 ? nil : window
  }

  private static func checkRotation(_ metadata: GGUFMetadata, headWidth: Int) throws(WeightsFault) {
    guard metadata["gemma3.rope.freq_base"] != nil else {
      throw metadata.fault(
        "gemma3.rope.freq_base is missing; llama.cpp would take 10,000, where Gemma 3 was trained with 1,000,000")
    }
    for key in ["freq_base", "freq_base_swa"] { _ = try metadata.real("gemma3.rope.\(key)", in: 1...1e12) }
    for key in ["dimension_count", "dimension_count_swa"] {
      let dimensions = try metadata.whole("gemma3.rope.\(key)", in: 1...4_096) ?? headWidth
      guard dimensions == headWidth else {
        throw metadata.fault("gemma3.rope.\(key) is \(dimensions), but its heads are \(headWidth) wide")
      }
    }
  }
}

import TextOutput

/// The text model: llama.cpp's qwen2vl.cpp.
extension Qwen25VL {
  func textShape(_ metadata: GGUFMetadata) throws(WeightsFault) -> TextShape {
    let contextLength = try metadata.neededWhole("qwen2vl.context_length", in: 1...(1 << 24))
    let width = try metadata.neededWhole("qwen2vl.embedding_length", in: 1...65_536)
    let blockCount = try metadata.neededWhole("qwen2vl.block_count", in: 1...TextShape.mostBlocks)
    let feedForwardLength = try metadata.neededWhole("qwen2vl.feed_forward_length", in: 1...(1 << 22))
    let headCount = try metadata.neededWhole("qwen2vl.attention.head_count", in: 1...1_024)
    let headCountKV = try metadata.whole("qwen2vl.attention.head_count_kv", in: 1...1_024) ?? headCount
    guard width % headCount == 0, headCount % headCountKV == 0 else {
      throw metadata.fault(
        "qwen2vl.attention.head_count is \(headCount), which does not divide the width of \(width), or which the "
          + "\(headCountKV) of head_count_kv do not divide")
    }
    let headWidth = width / headCount
    // The graph asserts one width of heads, and that all of it is rotated.
    for key in [
      "attention.key_length", "attention.value_length", "attention.key_length_swa", "attention.value_length_swa",
      "rope.dimension_count", "rope.dimension_count_swa",
    ] {
      let length = try metadata.whole("qwen2vl.\(key)", in: 1...4_096) ?? headWidth
      guard length == headWidth else {
        throw metadata.fault("qwen2vl.\(key) is \(length), but its heads are \(headWidth) wide")
      }
    }
    guard try metadata.real("qwen2vl.attention.layer_norm_rms_epsilon", in: 1e-12...0.1) != nil else {
      throw metadata.fault("qwen2vl.attention.layer_norm_rms_epsilon is missing")
    }
    guard try metadata.real("qwen2vl.rope.freq_base", in: 1...1e12) != nil else {
      throw metadata.fault(
        "qwen2vl.rope.freq_base is missing; llama.cpp would take 10,000, where \(name) was trained with 1,000,000")
    }
    try Self.checkSections(metadata, headWidth: headWidth)
    try metadata.checkScaling(of: self)
    try metadata.refuseForeignTextSettings(of: self, width: width)
    return TextShape(
      contextLength: contextLength, width: width, blockCount: blockCount, feedForwardLength: feedForwardLength,
      headCount: headCount, headCountKV: headCountKV, keyLength: headWidth, valueLength: headWidth)
  }

  /// How half a head's dimensions are shared among time, row and column (M-RoPE).
  private static func checkSections(_ metadata: GGUFMetadata, headWidth: Int) throws(WeightsFault) {
    let key = "qwen2vl.rope.dimension_sections"
    guard let sections = try metadata.array(key, of: .int32) else { throw metadata.fault("\(key) is missing") }
    guard sections.count == 4 else {
      throw metadata.fault("\(key) has \(grouped(sections.count)) elements; four are needed")
    }
    guard headWidth % 2 == 0, sections.values.allSatisfy({ $0 >= 0 }),
      sections.values.reduce(0, +) == Double(headWidth / 2)
    else {
      let found = sections.values.map { "\(Int($0))" }.joined(separator: ", ")
      throw metadata.fault("\(key) are \(found); together they must be half of a head, \(headWidth / 2)")
    }
  }

  func checkTensors(of file: GGUFFile, _ shape: TextShape, vocabularySize: Int) throws(WeightsFault) {
    var list = TensorChecklist(file)
    let (width, formats) = (shape.width, TensorType.matrixFormats)
    // Both factors are bounded by `textShape`.
    let keys = shape.headCountKV * shape.keyLength
    try list.needEmbeddings(width: width, vocabularySize: vocabularySize)
    for block in 0..<shape.blockCount {
      let prefix = "blk.\(block)."
      for norm in ["attn_norm", "ffn_norm"] { try list.needVector("\(prefix)\(norm).weight", width) }
      for (part, length) in [("attn_q", width), ("attn_k", keys), ("attn_v", keys)] {
        try list.need("\(prefix)\(part).weight", [width, length], in: formats)
        try list.needVector("\(prefix)\(part).bias", length)
      }
      try list.need("\(prefix)attn_output.weight", [width, width], in: formats)
      try list.need("\(prefix)ffn_gate.weight", [width, shape.feedForwardLength], in: formats)
      try list.need("\(prefix)ffn_up.weight", [width, shape.feedForwardLength], in: formats)
      try list.need("\(prefix)ffn_down.weight", [shape.feedForwardLength, width], in: formats)
    }
    try list.finish { $0.hasPrefix("v.") ? "its vision tower is in the same file, as Ollama keeps it" : nil }
  }
}

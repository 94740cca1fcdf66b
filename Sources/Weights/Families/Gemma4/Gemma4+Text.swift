/// The text model: llama.cpp's gemma4.cpp.
extension Gemma4 {
  func textShape(_ metadata: GGUFMetadata) throws(WeightsFault) -> TextShape {
    let contextLength = try metadata.neededWhole("gemma4.context_length", in: 1...(1 << 24))
    let width = try metadata.neededWhole("gemma4.embedding_length", in: 1...65_536)
    let blockCount = try metadata.neededWhole("gemma4.block_count", in: 1...TextShape.mostBlocks)
    let headCount = try metadata.neededWhole("gemma4.attention.head_count", in: 1...1_024)
    try metadata.refuseForeignTextSettings(of: self, width: width, checksExperts: true)
    _ = try Gemma4Experts(metadata)
    let layers = try Gemma4Layers(metadata, blockCount: blockCount)
    for count in layers.headCountsKV where headCount % count != 0 {
      throw metadata.fault(
        "gemma4.attention.head_count is \(headCount), which the \(count) of head_count_kv do not divide")
    }
    let window = try metadata.neededWhole("gemma4.attention.sliding_window", in: 1...(1 << 24))
    guard try metadata.real("gemma4.attention.layer_norm_rms_epsilon", in: 1e-12...0.1) != nil else {
      throw metadata.fault("gemma4.attention.layer_norm_rms_epsilon is missing")
    }
    for key in ["freq_base", "freq_base_swa"] {
      guard try metadata.real("gemma4.rope.\(key)", in: 1...1e12) != nil else {
        throw metadata.fault("gemma4.rope.\(key) is missing; llama.cpp would take 10,000")
      }
    }
    _ = try metadata.real("gemma4.final_logit_softcapping", in: 0...1e6)
    try metadata.checkScaling(of: self)
    // What differs from block to block counts with its largest, so that memory is never estimated too small.
    let headWidth = max(layers.fullHeadWidth, layers.slidingHeadWidth)
    return TextShape(
      contextLength: contextLength, width: width, blockCount: blockCount,
      feedForwardLength: layers.feedForwardLengths.max() ?? 1, headCount: headCount,
      headCountKV: layers.headCountsKV.max() ?? headCount, keyLength: headWidth, valueLength: headWidth,
      slidingWindow: window)
  }

  func checkTensors(of file: GGUFFile, _ shape: TextShape, vocabularySize: Int) throws(WeightsFault) {
    var list = TensorChecklist(file)
    let (width, formats) = (shape.width, TensorType.matrixFormats)
    let layers = try Gemma4Layers(file.metadata, blockCount: shape.blockCount)
    try list.needEmbeddings(width: width, vocabularySize: vocabularySize)
    let own = layers.embeddingPerBlock
    if own > 0 {
      // Both factors are bounded where they are read.
      let all = own * shape.blockCount
      try list.need("per_layer_token_embd.weight", [all, vocabularySize], in: formats)
      try list.need("per_layer_model_proj.weight", [width, all], in: formats)
      try list.needVector("per_layer_proj_norm.weight", own)
    }
    try list.needVector("rope_freqs.weight", layers.fullHeadWidth / 2)
    let experts = try Gemma4Experts(file.metadata)
    for block in 0..<shape.blockCount {
      try Self.checkBlock(block, &list, shape, layers)
      try experts?.checkBlock("blk.\(block).", &list, width: width)
    }
    try list.finish { name in
      if experts == nil, name.contains("_exps") || name.contains("ffn_gate_inp") {
        return "gemma4.expert_count says that it is no mixture of experts"
      }
      return name.hasPrefix("v.") || name.hasPrefix("a.")
        ? "its towers are in the same file, as Ollama keeps them" : nil
    }
  }

  private static func checkBlock(
    _ block: Int, _ list: inout TensorChecklist, _ shape: TextShape, _ layers: Gemma4Layers
  ) throws(WeightsFault) {
    let (width, formats, prefix) = (shape.width, TensorType.matrixFormats, "blk.\(block).")
    let (head, feedForward) = (layers.headWidth(block), layers.feedForwardLengths[block])
    let (queries, keys) = (shape.headCount * head, layers.headCountsKV[block] * head)
    for norm in ["attn_norm", "post_attention_norm", "ffn_norm", "post_ffw_norm"] {
      try list.needVector("\(prefix)\(norm).weight", width)
    }
    try list.need("\(prefix)attn_q.weight", [width, queries], in: formats)
    try list.needVector("\(prefix)attn_q_norm.weight", head)
    try list.need("\(prefix)attn_output.weight", [queries, width], in: formats)
    // Blocks that share keys may have some that nobody reads; without values, keys stand for them.
    let sharing = block >= layers.firstSharing
    if !sharing || list.has("\(prefix)attn_k.weight") {
      try list.need("\(prefix)attn_k.weight", [width, keys], in: formats)
    }
    if !sharing || list.has("\(prefix)attn_k_norm.weight") { try list.needVector("\(prefix)attn_k_norm.weight", head) }
    if list.has("\(prefix)attn_v.weight") { try list.need("\(prefix)attn_v.weight", [width, keys], in: formats) }
    if list.has("\(prefix)layer_output_scale.weight") { try list.needVector("\(prefix)layer_output_scale.weight", 1) }
    for part in ["ffn_gate", "ffn_up"] {
      try list.need("\(prefix)\(part).weight", [width, feedForward], in: formats)
    }
    try list.need("\(prefix)ffn_down.weight", [feedForward, width], in: formats)
    guard layers.embeddingPerBlock > 0 else { return }
    try list.need("\(prefix)inp_gate.weight", [width, layers.embeddingPerBlock], in: formats)
    try list.need("\(prefix)proj.weight", [layers.embeddingPerBlock, width], in: formats)
    try list.needVector("\(prefix)post_norm.weight", width)
  }
}

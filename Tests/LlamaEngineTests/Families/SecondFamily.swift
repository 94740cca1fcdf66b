@testable import Weights

/// Qwen2-VL with a SentencePiece tokenizer: unlike Gemma 3 in every property that the seam has. It has other keys and
/// tensors, no token at the beginning, other turns, causal image tokens, M-RoPE positions, an image size of its own choice,
/// and an end of turn that llama.cpp does not know.
///
/// This is CONTRIBUTING's "Add a model family", carried out for the tests.
struct SecondFamily: ModelFamily {
  let name = "Qwen2-VL"
  let architecture = "qwen2vl"
  let projectorType = "qwen2vl_merger"
  let tokenizer = TokenizerRules(
    kind: .sentencePiece, declared: "llama", beginOfSequence: nil, otherMarkers: ["<|endoftext|>"])
  let chat = ChatTemplate(
    textTurn: [.marker("<|im_start|>"), .text("user\n"), .prompt] + turnOfModel,
    beforeImage: [.marker("<|im_start|>"), .text("user\n"), .marker("<|vision_start|>")],
    afterImage: [.marker("<|vision_end|>"), .prompt] + turnOfModel,
    endOfTurn: ["<|im_end|>", "<|over|>"])
  var imageTokens = ImageTokenRules(attention: .causal, positions: .multimodal)

  private static let turnOfModel: [ChatTemplate.Part] = [
    .marker("<|im_end|>"), .text("\n"), .marker("<|im_start|>"), .text("assistant\n"), .answerPrefix,
  ]

  func textShape(_ metadata: GGUFMetadata) throws(WeightsFault) -> TextShape {
    let width = try metadata.neededWhole("qwen2vl.embedding_length", in: 1...65_536)
    let heads = try metadata.neededWhole("qwen2vl.attention.head_count", in: 1...1_024)
    let headsKV = try metadata.whole("qwen2vl.attention.head_count_kv", in: 1...1_024) ?? heads
    guard width % heads == 0, heads % headsKV == 0, width / heads % 2 == 0 else {
      throw metadata.fault("\(heads) heads do not divide the width of \(width), or their groups do not divide them")
    }
    guard try metadata.real("qwen2vl.attention.layer_norm_rms_epsilon", in: 1e-12...0.1) != nil else {
      throw metadata.fault("qwen2vl.attention.layer_norm_rms_epsilon is missing")
    }
    let sections = try metadata.array("qwen2vl.rope.dimension_sections", of: .int32)
    guard let sections, sections.count == 4, sections.values.allSatisfy({ $0 >= 0 }),
      sections.values.reduce(0, +) == Double(width / heads / 2)
    else { throw metadata.fault("qwen2vl.rope.dimension_sections must divide half a head into four") }
    return TextShape(
      contextLength: try metadata.neededWhole("qwen2vl.context_length", in: 1...(1 << 24)), width: width,
      blockCount: try metadata.neededWhole("qwen2vl.block_count", in: 1...TextShape.mostBlocks),
      feedForwardLength: try metadata.neededWhole("qwen2vl.feed_forward_length", in: 1...(1 << 22)),
      headCount: heads, headCountKV: headsKV, keyLength: width / heads, valueLength: width / heads)
  }

  func checkTensors(of file: GGUFFile, _ shape: TextShape, vocabularySize: Int) throws(WeightsFault) {
    var list = TensorChecklist(file)
    let (width, keys, formats) = (shape.width, shape.headCountKV * shape.keyLength, TensorType.matrixFormats)
    try list.need("token_embd.weight", [width, vocabularySize], in: formats)
    try list.needVector("output_norm.weight", width)
    for block in 0..<shape.blockCount {
      let prefix = "blk.\(block)."
      for norm in ["attn_norm", "ffn_norm"] { try list.needVector("\(prefix)\(norm).weight", width) }
      for (part, length) in [("attn_q", width), ("attn_k", keys), ("attn_v", keys)] {
        try list.need("\(prefix)\(part).weight", [width, length], in: formats)
        try list.needVector("\(prefix)\(part).bias", length)
      }
      try list.need("\(prefix)attn_output.weight", [width, width], in: formats)
      for part in ["ffn_gate", "ffn_up"] {
        try list.need("\(prefix)\(part).weight", [width, shape.feedForwardLength], in: formats)
      }
      try list.need("\(prefix)ffn_down.weight", [shape.feedForwardLength, width], in: formats)
    }
    try list.finish { _ in nil }
  }

  func projectorShape(_ file: GGUFFile) throws(WeightsFault) -> ProjectorShape {
    let metadata = file.metadata
    func size(_ key: String) throws(WeightsFault) -> Int {
      try metadata.neededWhole("clip.vision.\(key)", in: 1...65_536)
    }
    let (side, patch, width) = (try size("image_size"), try size("patch_size"), try size("embedding_length"))
    let (blocks, feedForward) = (try size("block_count"), try size("feed_forward_length"))
    let projection = try size("projection_dim")
    guard side % (2 * patch) == 0 else { throw metadata.fault("\(side) pixels are not cut into pairs of \(patch)") }
    var list = TensorChecklist(file)
    for name in ["weight", "weight.1"] { try list.need("v.patch_embd.\(name)", [patch, patch, 3, width], in: [.f32]) }
    for (name, from, to) in [("mm.0", 4 * width, 4 * width), ("mm.2", 4 * width, projection)] {
      try list.need("\(name).weight", [from, to], in: TensorType.matrixFormats)
      try list.needVector("\(name).bias", to)
    }
    var norms = ["v.post_ln"]
    for block in 0..<blocks {
      let prefix = "v.blk.\(block)."
      norms += ["\(prefix)ln1", "\(prefix)ln2"]
      let parts = ["attn_q", "attn_k", "attn_v", "attn_out"].map { ($0, width, width) }
      for (part, from, to) in parts + [("ffn_up", width, feedForward), ("ffn_down", feedForward, width)] {
        try list.need("\(prefix)\(part).weight", [from, to], in: TensorType.matrixFormats)
        try list.needVector("\(prefix)\(part).bias", to)
      }
    }
    for norm in norms { for part in ["weight", "bias"] { try list.needVector("\(norm).\(part)", width) } }
    try list.finish { _ in nil }
    let tokens = side / patch / 2
    return ProjectorShape(
      imageSide: side, tokensPerImage: tokens * tokens, projectionLength: projection, width: width, blockCount: blocks)
  }
}

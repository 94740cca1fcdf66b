import TextOutput

/// The projector: clip.cpp, and mtmd's models/gemma4v.cpp.
extension Gemma4 {
  /// Patches on a side that are pooled into one token, where the file does not say (clip.cpp).
  private static let usualPooling = 3
  /// Tokens on a side of the square that a picture is stretched to: the most whose square the family's 280 allow.
  private static let tokensPerSide = 16
  /// The fewest tokens that llama.cpp lets an image become.
  private static let fewestTokens = 70
  /// The largest side of a patch in pixels, and the most blocks whose graph fits clip.cpp's 8,192 nodes.
  private static let (largestPatch, mostBlocks) = (64, 128)

  func projectorShape(_ file: GGUFFile) throws(WeightsFault) -> ProjectorShape {
    let metadata = file.metadata
    // Read, but used for nothing.
    _ = try metadata.neededWhole("clip.vision.image_size", in: 1...65_536)
    let patchSide = try metadata.neededWhole("clip.vision.patch_size", in: 1...Self.largestPatch)
    let width = try metadata.neededWhole("clip.vision.embedding_length", in: 1...65_536)
    let feedForwardLength = try metadata.neededWhole("clip.vision.feed_forward_length", in: 1...(1 << 20))
    let blockCount = try metadata.neededWhole("clip.vision.block_count", in: 1...Self.mostBlocks)
    let projection = try metadata.neededWhole("clip.vision.projection_dim", in: 1...65_536)
    let pooling = try metadata.whole("clip.vision.projector.scale_factor", in: 1...16) ?? Self.usualPooling
    let headWidth = try metadata.projectorHeadWidth(ofWidth: width)
    guard headWidth % 4 == 0 else {
      throw metadata.fault("its attention heads are \(headWidth) wide; row and column need a multiple of four")
    }
    try metadata.checkProjectorColours()
    try metadata.refuseForeignProjectorSettings(of: self)
    var list = TensorChecklist(file)
    try list.need("v.patch_embd.weight", [patchSide, patchSide, 3, width], in: [.f32, .f16, .bf16])
    let tokens = Self.tokensPerSide * Self.tokensPerSide
    // Even a picture of one row of tokens finds a position for each of its columns.
    let places = list.shape(of: "v.position_embd.weight").flatMap { $0.count == 3 ? $0[1] : nil } ?? 0
    try list.need("v.position_embd.weight", [width, places, 2], in: [.f32])
    guard places >= tokens * pooling else {
      throw metadata.fault(
        "v.position_embd.weight has \(grouped(places)) places on a side; \(grouped(tokens * pooling)) are needed")
    }
    for block in 0..<blockCount {
      try Self.checkBlock(
        "v.blk.\(block).", &list, width: width, headWidth: headWidth, feedForwardLength: feedForwardLength)
    }
    if list.has("v.std_bias") || list.has("v.std_scale") {
      for part in ["bias", "scale"] { try list.needVector("v.std_\(part)", width) }
    }
    try Self.needMatrix("mm.input_projection", [width, projection], &list)
    try list.leaveSoundOut()
    try list.finish { $0.hasPrefix("a.") ? "it is for audio" : nil }
    return ProjectorShape(
      imageSide: Self.tokensPerSide * pooling * patchSide, tokensPerImage: tokens,
      tokenBounds: Self.fewestTokens...tokens, projectionLength: projection, width: width, blockCount: blockCount)
  }

  private static func checkBlock(
    _ prefix: String, _ list: inout TensorChecklist, width: Int, headWidth: Int, feedForwardLength: Int
  ) throws(WeightsFault) {
    for norm in ["ln1", "ln2", "attn_post_norm", "ffn_post_norm"] {
      try list.needVector("\(prefix)\(norm).weight", width)
    }
    for norm in ["attn_q_norm", "attn_k_norm"] { try list.needVector("\(prefix)\(norm).weight", headWidth) }
    for part in ["attn_q", "attn_k", "attn_v", "attn_out"] {
      try needMatrix("\(prefix)\(part)", [width, width], &list)
    }
    for part in ["ffn_gate", "ffn_up"] { try needMatrix("\(prefix)\(part)", [width, feedForwardLength], &list) }
    try needMatrix("\(prefix)ffn_down", [feedForwardLength, width], &list)
    if list.has("\(prefix)out_scale.weight") { try list.needVector("\(prefix)out_scale.weight", 1) }
  }

  /// A matrix and, where they are there, the four bounds of what goes in and comes out: single numbers, which may be infinite.
  private static func needMatrix(
    _ name: String, _ shape: [Int], _ list: inout TensorChecklist
  ) throws(WeightsFault) {
    try list.need("\(name).weight", shape, in: TensorType.matrixFormats)
    for bound in ["input_max", "input_min", "output_max", "output_min"] where list.has("\(name).\(bound)") {
      try list.need("\(name).\(bound)", [1], in: [.f32])
    }
  }
}

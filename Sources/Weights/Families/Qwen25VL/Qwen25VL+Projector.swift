import TextOutput

/// The projector: clip.cpp, and mtmd's models/qwen2vl.cpp.
extension Qwen25VL {
  /// The largest side of an image in pixels, and the most patches of one: the window mask grows with their square.
  private static let (largestSide, mostPatches) = (4_096, 4_096)
  /// The most blocks whose graph fits clip.cpp's 8,192 nodes; the family has 32.
  private static let mostBlocks = 128
  /// Patches on a side that become one token; the graph is written for this number.
  private static let merged = 2
  /// The side in pixels of the windows of attention (clip.cpp).
  private static let windowSide = 112
  /// The fewest tokens that llama.cpp lets an image become.
  private static let fewestTokens = 8

  func projectorShape(_ file: GGUFFile) throws(WeightsFault) -> ProjectorShape {
    let metadata = file.metadata
    let imageSide = try metadata.neededWhole("clip.vision.image_size", in: 1...Self.largestSide)
    let patchSide = try metadata.neededWhole("clip.vision.patch_size", in: 1...Self.largestSide)
    let width = try metadata.neededWhole("clip.vision.embedding_length", in: 1...65_536)
    let feedForwardLength = try metadata.neededWhole("clip.vision.feed_forward_length", in: 1...(1 << 20))
    let blockCount = try metadata.neededWhole("clip.vision.block_count", in: 1...Self.mostBlocks)
    let projection = try metadata.neededWhole("clip.vision.projection_dim", in: 1...65_536)
    let merged = try metadata.whole("clip.vision.spatial_merge_size", in: 1...64) ?? Self.merged
    guard merged == Self.merged else {
      throw metadata.fault("clip.vision.spatial_merge_size is \(merged); \(name)'s is \(Self.merged)")
    }
    _ = try metadata.neededWhole("clip.vision.n_wa_pattern", in: 1...Self.mostBlocks)
    // clip.cpp goes from window to window by this quotient, for ever where it is 0.
    guard patchSide * merged <= Self.windowSide else {
      throw metadata.fault("patches of \(patchSide) pixels do not fit the attention's windows of \(Self.windowSide)")
    }
    let tokens = imageSide / (patchSide * merged)
    guard tokens > 0 else {
      throw metadata.fault("images of \(imageSide) pixels on a side are smaller than a token of \(patchSide * merged)")
    }
    guard tokens * merged * tokens * merged <= Self.mostPatches else {
      throw metadata.fault(
        "an image would become \(grouped(tokens * tokens * merged * merged)) patches; at most "
          + "\(grouped(Self.mostPatches)) are accepted")
    }
    try checkSettings(metadata, width: width, feedForwardLength: feedForwardLength)
    var list = TensorChecklist(file)
    for name in ["weight", "weight.1"] {
      try list.need("v.patch_embd.\(name)", [patchSide, patchSide, 3, width], in: [.f32, .f16, .bf16])
    }
    try list.needVector("v.post_ln.weight", width)
    for block in 0..<blockCount {
      try Self.checkBlock("v.blk.\(block).", &list, width: width, feedForwardLength: feedForwardLength)
    }
    let joined = width * merged * merged
    try list.need("mm.0.weight", [joined, joined], in: TensorType.matrixFormats)
    try list.needVector("mm.0.bias", joined)
    let last = try list.need("mm.2.weight", [joined, projection], in: TensorType.matrixFormats)
    try list.needVector("mm.2.bias", projection)
    try list.finish { $0.hasPrefix("a.") ? "it is for audio" : nil }
    let most = tokens * tokens
    return ProjectorShape(
      imageSide: tokens * merged * patchSide, tokensPerImage: most,
      tokenBounds: min(Self.fewestTokens, max(1, most / 4))...most, projectionLength: last.shape.last ?? projection,
      width: width, blockCount: blockCount)
  }

  /// Settings beside the sizes.
  private func checkSettings(_ metadata: GGUFMetadata, width: Int, feedForwardLength: Int) throws(WeightsFault) {
    let headWidth = try metadata.projectorHeadWidth(ofWidth: width)
    guard headWidth % 4 == 0 else {
      throw metadata.fault("its attention heads are \(headWidth) wide; row and column need a multiple of four")
    }
    try metadata.checkProjectorColours()
    guard try metadata.flag("clip.use_silu") ?? false else {
      throw metadata.fault("clip.use_silu is not set; llama.cpp would compute another activation than \(name)'s")
    }
    try metadata.refuseForeignProjectorSettings(of: self)
    guard feedForwardLength != width else {
      throw metadata.fault(
        "clip.vision.feed_forward_length equals embedding_length; llama.cpp would take ffn_up for ffn_down")
    }
  }

  private static func checkBlock(
    _ prefix: String, _ list: inout TensorChecklist, width: Int, feedForwardLength: Int
  ) throws(WeightsFault) {
    for norm in ["ln1", "ln2"] { try list.needVector("\(prefix)\(norm).weight", width) }
    for part in ["attn_q", "attn_k", "attn_v", "attn_out"] {
      try list.need("\(prefix)\(part).weight", [width, width], in: TensorType.matrixFormats)
      try list.needVector("\(prefix)\(part).bias", width)
    }
    for part in ["ffn_gate", "ffn_up"] {
      try list.need("\(prefix)\(part).weight", [width, feedForwardLength], in: TensorType.matrixFormats)
      try list.needVector("\(prefix)\(part).bias", feedForwardLength)
    }
    try list.need("\(prefix)ffn_down.weight", [feedForwardLength, width], in: TensorType.matrixFormats)
    try list.needVector("\(prefix)ffn_down.bias", width)
  }
}

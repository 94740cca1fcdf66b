import TextOutput

extension Gemma3 {
  func projectorShape(_ file: GGUFFile) throws(WeightsFault) -> ProjectorShape {
    let sizes = try Gemma3ProjectorSizes(file.metadata)
    return ProjectorShape(
      imageSide: sizes.imageSide, tokensPerImage: sizes.tokensPerImage,
      projectionLength: try Self.checkTensors(of: file, sizes), width: sizes.width, blockCount: sizes.blockCount)
  }
}

/// The sizes of a Gemma 3 projector, read from its metadata and held to what llama.cpp's mtmd can run.
///
/// mtmd reads metadata through accessors that assert the type (`gguf_get_val_u32`), so every key that it may read
/// is checked here first.
struct Gemma3ProjectorSizes {
  let imageSide: Int
  let patchSide: Int
  let width: Int
  let feedForwardLength: Int
  let blockCount: Int
  let projectionLength: Int
  /// Patches of an image.
  let patchCount: Int
  /// Tokens of an image.
  let tokensPerImage: Int

  /// The largest image side in pixels.
  private static let largestSide = 4_096
  /// The most patches of an image: MedGemma's 64 × 64.
  ///
  /// Attention's memory grows with their square.
  private static let mostPatches = 4_096
  /// The most blocks whose graph fits clip.cpp's 8,192 nodes; SigLIP has 27.
  private static let mostBlocks = 128
  /// Patches on a side that are pooled into one token, where the file does not say (clip.cpp).
  private static let usualPooling = 4

  /// Reads and checks the sizes.
  init(_ metadata: GGUFMetadata) throws(WeightsFault) {
    imageSide = try metadata.neededWhole("clip.vision.image_size", in: 1...Self.largestSide)
    patchSide = try metadata.neededWhole("clip.vision.patch_size", in: 1...Self.largestSide)
    width = try metadata.neededWhole("clip.vision.embedding_length", in: 1...65_536)
    feedForwardLength = try metadata.neededWhole("clip.vision.feed_forward_length", in: 1...(1 << 20))
    blockCount = try metadata.neededWhole("clip.vision.block_count", in: 1...Self.mostBlocks)
    projectionLength = try metadata.neededWhole("clip.vision.projection_dim", in: 1...65_536)
    let pooling =
      try metadata.whole("clip.vision.projector.scale_factor", in: 1...Self.largestSide) ?? Self.usualPooling
    let side = imageSide / patchSide
    guard imageSide % patchSide == 0 else {
      throw metadata.fault("images of \(imageSide) pixels on a side cannot be cut into patches of \(patchSide)")
    }
    guard side * side <= Self.mostPatches else {
      throw metadata.fault(
        "an image would become \(grouped(side * side)) patches; at most \(grouped(Self.mostPatches)) are accepted")
    }
    guard side % pooling == 0 else {
      throw metadata.fault("\(side) patches on a side cannot be pooled \(pooling) by \(pooling)")
    }
    patchCount = side * side
    tokensPerImage = (side / pooling) * (side / pooling)
    _ = try metadata.projectorHeadWidth(ofWidth: width)
    try metadata.checkProjectorColours()
    try metadata.refuseForeignProjectorSettings(of: Gemma3())
    guard feedForwardLength != width else {
      throw metadata.fault(
        "clip.vision.feed_forward_length equals embedding_length; llama.cpp would take ffn_up for ffn_down")
    }
  }
}

/// A Gemma 3 projector (SigLIP tower and projection) in a GGUF file, checked so thoroughly that llama.cpp's mtmd cannot
/// abort on loading it or on encoding an image.
public struct ProjectorWeights: Sendable {
  /// The file.
  public let file: GGUFFile
  /// The projector's name: `general.name`, or the file's own.
  public let name: String
  /// The side of the square image that it takes, in pixels.
  public let imageSide: Int
  /// The embeddings, one a token, that an image becomes.
  public let tokensPerImage: Int
  /// The width of those embeddings: the text model's.
  public let projectionLength: Int
  /// The tower's own width.
  public let embeddingLength: Int
  /// The tower's number of blocks.
  public let blockCount: Int

  /// The path as the caller gave it.
  public var path: String { file.path }
  /// The file's size in bytes.
  public var fileSize: Int { file.size }

  /// Opens and checks a file.
  ///
  /// - Throws: ``WeightsFault`` when it is missing, broken, not a Gemma 3 projector, or one that would crash llama.cpp.
  public init(path: String) throws(WeightsFault) {
    var file = try GGUFFile(path: path)
    try file.checkKind(architecture: "clip", types: ["mmproj", "clip-vision", "model"])
    let shape = try ProjectorShape(file.metadata)
    projectionLength = try Self.checkTensors(file, shape)
    file.metadata.dropArrays(longerThan: TextWeights.keptArray)
    self.file = file
    name = file.displayName
    imageSide = shape.imageSide
    tokensPerImage = shape.tokensPerImage
    embeddingLength = shape.width
    blockCount = shape.blockCount
  }

  /// A metadata key's numbers, a single one as an array of one; `nil` where there are none.
  public func numbers(_ key: String) -> [Double]? { file.metadata.numbers(key) }

  /// A metadata key's string; `nil` where there is none.
  public func string(_ key: String) -> String? { file.metadata.string(key) }

  /// The tensors of clip.cpp's SigLIP graph for Gemma 3, with their shapes.
  ///
  /// - Returns: the width that the projection ends in.
  private static func checkTensors(
    _ file: GGUFFile, _ shape: ProjectorShape
  ) throws(WeightsFault) -> Int {
    var list = TensorChecklist(file)
    let width = shape.width
    let matrix = TensorType.matrixFormats
    // clip.cpp transposes the projection, for which ggml needs plain numbers; likewise for the convolution.
    let projection = try list.need(
      "mm.input_projection.weight", [shape.projectionLength, width], in: [.f32, .f16, .bf16],
      // It quantises this one without a warning, and llama.cpp then writes meaningless text.
      remedy: "make it again from the original with llama-quantize --tensor-type mm.input_projection=f16")
    try list.needVector("mm.soft_emb_norm.weight", width)
    try list.need("v.patch_embd.weight", [shape.patchSide, shape.patchSide, 3, width], in: [.f32, .f16, .bf16])
    try list.needVector("v.patch_embd.bias", width)
    try list.need("v.position_embd.weight", [width, shape.patchCount], in: [.f32])
    for norm in ["v.post_ln"] {
      try list.needVector("\(norm).weight", width)
      try list.needVector("\(norm).bias", width)
    }
    for block in 0..<shape.blockCount {
      let prefix = "v.blk.\(block)."
      for norm in ["ln1", "ln2"] {
        try list.needVector("\(prefix)\(norm).weight", width)
        try list.needVector("\(prefix)\(norm).bias", width)
      }
      for part in ["attn_q", "attn_k", "attn_v", "attn_out"] {
        try list.need("\(prefix)\(part).weight", [width, width], in: matrix)
        try list.needVector("\(prefix)\(part).bias", width)
      }
      // Early converters wrote the two the other way round; clip.cpp swaps them back by this same sign.
      let isSwapped = list.shape(of: "\(prefix)ffn_down.weight")?.first == width
      let (up, down) = isSwapped ? ("ffn_down", "ffn_up") : ("ffn_up", "ffn_down")
      try list.need("\(prefix)\(up).weight", [width, shape.feedForwardLength], in: matrix)
      try list.needVector("\(prefix)\(up).bias", shape.feedForwardLength)
      try list.need("\(prefix)\(down).weight", [shape.feedForwardLength, width], in: matrix)
      try list.needVector("\(prefix)\(down).bias", width)
    }
    try list.finish { $0.hasPrefix("a.") ? "it is for sound" : nil }
    return projection.shape.first ?? 0
  }
}

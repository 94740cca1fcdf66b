extension Gemma3 {
  /// The tensors of clip.cpp's SigLIP graph for Gemma 3, with their shapes.
  ///
  /// - Returns: the width that the projection ends in.
  static func checkTensors(of file: GGUFFile, _ sizes: Gemma3ProjectorSizes) throws(WeightsFault) -> Int {
    var list = TensorChecklist(file)
    let width = sizes.width
    let matrix = TensorType.matrixFormats
    // clip.cpp transposes the projection, for which ggml needs plain numbers; likewise for the convolution.
    let projection = try list.need(
      "mm.input_projection.weight", [sizes.projectionLength, width], in: [.f32, .f16, .bf16],
      // It quantises this one without a warning, and llama.cpp then writes meaningless text.
      remedy: "make it again from the original with llama-quantize --tensor-type mm.input_projection=f16")
    try list.needVector("mm.soft_emb_norm.weight", width)
    try list.need("v.patch_embd.weight", [sizes.patchSide, sizes.patchSide, 3, width], in: [.f32, .f16, .bf16])
    try list.needVector("v.patch_embd.bias", width)
    try list.need("v.position_embd.weight", [width, sizes.patchCount], in: [.f32])
    for norm in ["v.post_ln"] {
      try list.needVector("\(norm).weight", width)
      try list.needVector("\(norm).bias", width)
    }
    for block in 0..<sizes.blockCount {
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
      try list.need("\(prefix)\(up).weight", [width, sizes.feedForwardLength], in: matrix)
      try list.needVector("\(prefix)\(up).bias", sizes.feedForwardLength)
      try list.need("\(prefix)\(down).weight", [sizes.feedForwardLength, width], in: matrix)
      try list.needVector("\(prefix)\(down).bias", width)
    }
    try list.finish { $0.hasPrefix("a.") ? "it is for audio" : nil }
    return projection.shape.first ?? 0
  }
}

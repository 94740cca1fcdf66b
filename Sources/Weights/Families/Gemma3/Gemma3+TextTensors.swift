extension Gemma3 {
  /// The tensors of llama.cpp's gemma3.cpp, with their shapes.
  func checkTensors(of file: GGUFFile, _ shape: TextShape, vocabularySize: Int) throws(WeightsFault) {
    var list = TensorChecklist(file)
    let matrix = TensorType.matrixFormats
    let width = shape.width
    // Both factors are bounded by `textShape`, so neither product can overflow.
    let queries = shape.headCount * shape.keyLength
    let keys = shape.headCountKV * shape.keyLength
    try list.needEmbeddings(width: width, vocabularySize: vocabularySize)
    for block in 0..<shape.blockCount {
      let prefix = "blk.\(block)."
      for norm in ["attn_norm", "post_attention_norm", "ffn_norm", "post_ffw_norm"] {
        try list.needVector("\(prefix)\(norm).weight", width)
      }
      for norm in ["attn_q_norm", "attn_k_norm"] { try list.needVector("\(prefix)\(norm).weight", shape.keyLength) }
      try list.need("\(prefix)attn_q.weight", [width, queries], in: matrix)
      try list.need("\(prefix)attn_k.weight", [width, keys], in: matrix)
      try list.need("\(prefix)attn_v.weight", [width, keys], in: matrix)
      try list.need("\(prefix)attn_output.weight", [queries, width], in: matrix)
      try list.need("\(prefix)ffn_gate.weight", [width, shape.feedForwardLength], in: matrix)
      try list.need("\(prefix)ffn_up.weight", [width, shape.feedForwardLength], in: matrix)
      try list.need("\(prefix)ffn_down.weight", [shape.feedForwardLength, width], in: matrix)
    }
    try list.finish { name in
      name.hasPrefix("v.") || name.hasPrefix("mm.")
        ? "its vision tower is in the same file, as Ollama keeps it; a text model and a projector "
          + "of their own are needed"
        : nil
    }
  }
}

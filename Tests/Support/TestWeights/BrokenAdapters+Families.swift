/// What can be wrong with the adapters of one family only.
extension BrokenAdapters {
  /// Adds A and B of a matrix.
  private static func add(_ writer: inout GGUFWriter, _ matrix: String, _ columns: Int, _ rows: Int) {
    var noise = Noise(seed: 77)
    writer.addMatrix("\(matrix).lora_a", [columns, 4], &noise)
    writer.addMatrix("\(matrix).lora_b", [4, rows], &noise)
  }

  private static let matricesOnly = "only the matrices of the blocks can be changed"
  private static let ofAnother = "does not have; it was made for another model"

  /// Biases, few key heads, a tower with a merger.
  static var ofQwen25VL: [(String, String, Change)] {
    [
      ("made for another family", "is an adapter for the architecture \"gemma3\"", { $0 = TinyAdapter().file }),
      ("a bias", matricesOnly, { rename(&$0, "blk.0.attn_q.weight", "blk.0.attn_q.bias") }),
      ("a bias as it is", "is neither an A nor a B", { $0.addVector("blk.0.attn_q.bias", 32, 0.5) }),
      (
        "as many key heads as heads", "blk.0.attn_k.weight of 32 × 32, but", { add(&$0, "blk.0.attn_k.weight", 32, 32) }
      ),
      ("half of the key heads", "blk.0.attn_k.weight of 32 × 8, but", { add(&$0, "blk.0.attn_k.weight", 32, 8) }),
      ("one matrix for all of attention", ofAnother, { add(&$0, "blk.0.attn_qkv.weight", 32, 64) }),
      ("gate and up in one", ofAnother, { add(&$0, "blk.0.ffn_gate_up.weight", 32, 128) }),
      ("wider feed-forward matrices", "ffn_up.weight of 32 × 96, but", { add(&$0, "blk.1.ffn_up.weight", 32, 96) }),
      ("norms of the heads", ofAnother, { add(&$0, "blk.0.attn_q_norm.weight", 16, 16) }),
      ("an output of its own", ofAnother, { add(&$0, "output.weight", 32, 64) }),
      ("the last norm", matricesOnly, { add(&$0, "output_norm.weight", 32, 1) }),
      (
        "the merger", "llama.cpp applies adapters to the text model only", { add(&$0, "mm.0.weight", 128, 128) }
      ),
      (
        "the patches", "llama.cpp applies adapters to the text model only", { add(&$0, "v.patch_embd.weight", 14, 32) }
      ),
    ]
  }

  /// Blocks of two kinds, shared keys, an embedding of each block's own, a tower for sound.
  static var ofGemma4: [(String, String, Change)] {
    [
      ("made for another family", "is an adapter for the architecture \"gemma3\"", { $0 = TinyAdapter().file }),
      (
        "a block with windows in place of a global one",
        "blk.1.attn_q.weight of 32 × 32, but that of tiny.gguf is 32 × 64",
        { resize(&$0, "blk.1.attn_q.weight.lora_b", [4, 32]) }
      ),
      (
        "a global block in place of one with windows",
        "blk.2.attn_q.weight of 32 × 64, but that of tiny.gguf is 32 × 32",
        { resize(&$0, "blk.2.attn_q.weight.lora_b", [4, 64]) }
      ),
      (
        "a narrow block in place of a wide one", "blk.3.ffn_down.weight of 48 × 32, but that of tiny.gguf is 64 × 32",
        { resize(&$0, "blk.3.ffn_down.weight.lora_a", [48, 4]) }
      ),
      ("keys of a block that shares them", ofAnother, { add(&$0, "blk.2.attn_k.weight", 32, 32) }),
      ("values for which keys stand", ofAnother, { add(&$0, "blk.1.attn_v.weight", 32, 32) }),
      ("the embeddings of the blocks", matricesOnly, { add(&$0, "per_layer_token_embd.weight", 32, 64) }),
      ("the projection into the blocks", matricesOnly, { add(&$0, "per_layer_model_proj.weight", 32, 32) }),
      ("a block's scale", matricesOnly, { add(&$0, "blk.0.layer_output_scale.weight", 1, 1) }),
      ("the rotation", matricesOnly, { add(&$0, "rope_freqs.weight", 16, 1) }),
      (
        "another width of a block's own", "inp_gate.weight of 32 × 16, but",
        { add(&$0, "blk.0.inp_gate.weight", 32, 16) }
      ),
      ("a block's own the other way round", "proj.weight of 32 × 8, but", { add(&$0, "blk.0.proj.weight", 32, 8) }),
      ("experts", ofAnother, { add(&$0, "blk.0.ffn_gate_up_exps.weight", 32, 48) }),
      (
        "the tower for sound", "llama.cpp applies adapters to the text model only",
        { add(&$0, "a.blk.0.attn_q.weight", 16, 16) }
      ),
    ]
  }

  /// A router, and experts in three dimensions.
  static var ofExperts: [(String, String, Change)] {
    let experts = "\(matricesOnly), and not their experts"
    return [
      ("the experts' gates", experts, { add(&$0, "blk.0.ffn_gate_up_exps.weight", 32, 48) }),
      ("what experts end in", experts, { add(&$0, "blk.1.ffn_down_exps.weight", 24, 32) }),
      (
        "experts in three dimensions", experts,
        {
          add(&$0, "blk.0.ffn_down_exps.weight", 24, 32)
          resize(&$0, "blk.0.ffn_down_exps.weight.lora_a", [24, 4, 5])
          resize(&$0, "blk.0.ffn_down_exps.weight.lora_b", [4, 32, 5])
        }
      ),
      ("one expert by its number", ofAnother, { add(&$0, "blk.0.ffn_up.3.weight", 32, 24) }),
      (
        "a router of more experts", "ffn_gate_inp.weight of 32 × 8, but",
        { add(&$0, "blk.0.ffn_gate_inp.weight", 32, 8) }
      ),
      ("a router's scale", ofAnother, { add(&$0, "blk.0.ffn_gate_inp.scale.weight", 32, 1) }),
      ("the experts' scale", matricesOnly, { rename(&$0, "blk.0.attn_q.weight", "blk.0.ffn_down_exps.scale") }),
      ("an embedding of each block's own", ofAnother, { add(&$0, "blk.0.inp_gate.weight", 32, 8) }),
    ]
  }
}

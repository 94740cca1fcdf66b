/// What some sizes of Gemma 4 have beside the rest.
extension TinyGemma4 {
  static let expertFeedForward = 24

  /// The experts of a block, gate and up in one matrix as the converter writes them, and their router.
  func addExperts(_ prefix: String, to file: inout GGUFWriter, _ noise: inout Noise) {
    file.addMatrix("\(prefix)ffn_gate_inp.weight", [width, experts], &noise)
    file.addVector("\(prefix)ffn_gate_inp.scale", width, 20)
    for norm in ["pre_ffw_norm_2", "post_ffw_norm_1", "post_ffw_norm_2"] {
      file.addVector("\(prefix)\(norm).weight", width, 1)
    }
    file.addMatrix("\(prefix)ffn_gate_up_exps.weight", [width, 2 * Self.expertFeedForward, experts], &noise)
    file.addMatrix("\(prefix)ffn_down_exps.weight", [Self.expertFeedForward, width, experts], &noise)
    file.addVector("\(prefix)ffn_down_exps.scale", experts, 0.9)
  }

  /// A tower for sound that mtmd loads.
  func addSound(to file: inout GGUFWriter, _ noise: inout Noise) {
    let (soundWidth, wide) = (16, 32)
    file["clip.has_audio_encoder"] = .bool(true)
    file["clip.audio.projector_type"] = .string("gemma4a")
    for (key, value) in [
      ("embedding_length", soundWidth), ("feed_forward_length", wide), ("block_count", 1), ("projection_dim", width),
      ("attention.head_count", 2), ("num_mel_bins", 128),
    ] { file["clip.audio.\(key)"] = .u32(UInt32(value)) }
    file["clip.audio.attention.layer_norm_epsilon"] = .f32(1e-6)
    file.addMatrix("a.conv1d.0.weight", [3, 3, 1, 8], &noise)
    file.addMatrix("a.conv1d.1.weight", [3, 3, 8, 4], &noise)
    file.addMatrix("a.input_projection.weight", [128, soundWidth], &noise)
    for (name, shape) in [
      ("attn_q", [soundWidth, soundWidth]), ("attn_k", [soundWidth, soundWidth]), ("attn_v", [soundWidth, soundWidth]),
      ("attn_out", [soundWidth, soundWidth]), ("ffn_up", [soundWidth, wide]), ("ffn_down", [wide, soundWidth]),
      ("ffn_up_1", [soundWidth, wide]), ("ffn_down_1", [wide, soundWidth]), ("conv_pw1", [soundWidth, wide]),
      ("conv_pw2", [soundWidth, soundWidth]), ("conv_dw", [5, soundWidth]),
    ] { file.addMatrix("a.blk.0.\(name).weight", shape, &noise) }
    for norm in ["ffn_norm", "ffn_norm_1", "ln1", "ln2"] { file.addVector("a.blk.0.\(norm).weight", soundWidth, 1) }
    file.addMatrix("mm.a.input_projection.weight", [soundWidth, width], &noise)
  }
}

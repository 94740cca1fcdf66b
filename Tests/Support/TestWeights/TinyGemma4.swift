import Foundation

/// A complete Gemma 4 of noise, in two files, with all that its blocks may differ in: windows, widths of heads, shared keys,
/// keys that stand for values, wider feed-forward matrices, an embedding of each block's own, experts, and a tower for sound.
package struct TinyGemma4 {
  /// 1,536 is E2B's, by which mtmd tells that it reads an image's tokens one after another.
  package let width: Int
  /// Experts of a block; the mixture has no embedding of each block's own, and shares no keys.
  package let experts: Int
  /// Whether the projector has a tower for sound too.
  package let hears: Bool
  private let heads = 2
  private var ownEmbedding: Int { experts > 0 ? 0 : 8 }
  private let slides = [true, false, true, false]
  private let headsKV = [2, 1, 2, 1]
  private let feedForward = [48, 48, 64, 64]
  private let fullHead = 32
  private let slidingHead = 16
  private var shared: Int { experts > 0 ? 0 : 2 }
  private let towerWidth = 24
  private let towerBlocks = 2
  private let towerHeads = 2
  private let towerFeedForward = 40
  private let patch = 4
  private let pooling = 2
  private let places = 512

  package init(width: Int = 32, experts: Int = 0, hears: Bool = false) {
    (self.width, self.experts, self.hears) = (width, experts, hears)
  }

  static let merges = ["t h", "th e", "▁ the", "i n", "▁ a", "▁ in", "n e"]

  /// The pieces: control 3, unknown 2, byte 6, user-defined 4, normal 1.
  package static let pieces: [(text: String, type: Int32)] = {
    var pieces: [(String, Int32)] = [("<pad>", 3), ("<eos>", 3), ("<bos>", 3), ("<unk>", 2)]
    pieces += ["<|turn>", "<turn|>", "<|image>", "<image|>", "<|image|>"].map { ($0, 3) }
    pieces += ["<|channel>", "<channel|>", "<|\"|>"].map { ($0, 4) }
    pieces += TinyWeights.pieces.filter { $0.type == 6 || $0.text.count == 1 && $0.type == 1 }
    return pieces + merges.map { ($0.filter { $0 != " " }, 1) }
  }()

  /// The text model.
  package var text: GGUFWriter {
    var file = GGUFWriter()
    var noise = Noise(seed: 41)
    file["general.architecture"] = .string("gemma4")
    file["general.type"] = .string("model")
    file["general.name"] = .string("tiny Gemma 4 noise")
    for (key, value) in [
      ("context_length", 1_024), ("embedding_length", width), ("block_count", slides.count),
      ("attention.head_count", heads), ("attention.key_length", fullHead), ("attention.value_length", fullHead),
      ("attention.key_length_swa", slidingHead), ("attention.value_length_swa", slidingHead),
      ("attention.sliding_window", 128), ("attention.shared_kv_layers", shared),
      ("embedding_length_per_layer_input", ownEmbedding), ("rope.dimension_count", fullHead),
      ("rope.dimension_count_swa", slidingHead),
    ] { file["gemma4.\(key)"] = .u32(UInt32(value)) }
    file["gemma4.attention.head_count_kv"] = .integers(headsKV.map(Int32.init))
    file["gemma4.feed_forward_length"] = .integers(feedForward.map(Int32.init))
    file["gemma4.attention.sliding_window_pattern"] = .flags(slides)
    if experts > 0 {
      for (key, value) in [("count", experts), ("used_count", 2), ("feed_forward_length", Self.expertFeedForward)] {
        file["gemma4.expert_\(key)"] = .u32(UInt32(value))
      }
    }
    file["gemma4.attention.layer_norm_rms_epsilon"] = .f32(1e-6)
    file["gemma4.rope.freq_base"] = .f32(1_000_000)
    file["gemma4.rope.freq_base_swa"] = .f32(10_000)
    file["gemma4.final_logit_softcapping"] = .f32(30)
    file["tokenizer.ggml.model"] = .string("gemma4")
    file["tokenizer.ggml.tokens"] = .strings(Self.pieces.map { Array($0.text.utf8) })
    file["tokenizer.ggml.scores"] = .floats(Self.pieces.indices.map { -Float($0) })
    file["tokenizer.ggml.token_type"] = .integers(Self.pieces.map(\.type))
    file["tokenizer.ggml.merges"] = .strings(Self.merges.map { Array($0.utf8) })
    for (role, identifier) in [("padding", 0), ("eos", 1), ("bos", 2), ("unknown", 3)] {
      file["tokenizer.ggml.\(role)_token_id"] = .u32(UInt32(identifier))
    }
    file["tokenizer.ggml.add_bos_token"] = .bool(true)
    file["tokenizer.ggml.add_space_prefix"] = .bool(false)
    file.addMatrix("token_embd.weight", [width, Self.pieces.count], &noise)
    if ownEmbedding > 0 {
      let all = ownEmbedding * slides.count
      file.addMatrix("per_layer_token_embd.weight", [all, Self.pieces.count], &noise)
      file.addMatrix("per_layer_model_proj.weight", [width, all], &noise)
      file.addVector("per_layer_proj_norm.weight", ownEmbedding, 1)
    }
    file.addVector("output_norm.weight", width, 1)
    file.addVector("rope_freqs.weight", fullHead / 2, 1)
    for block in slides.indices { addBlock(block, to: &file, &noise) }
    return file
  }

  private func addBlock(_ block: Int, to file: inout GGUFWriter, _ noise: inout Noise) {
    let (prefix, head) = ("blk.\(block).", slides[block] ? slidingHead : fullHead)
    for norm in ["attn_norm", "post_attention_norm", "ffn_norm", "post_ffw_norm"] {
      file.addVector("\(prefix)\(norm).weight", width, 1)
    }
    file.addMatrix("\(prefix)attn_q.weight", [width, heads * head], &noise)
    file.addVector("\(prefix)attn_q_norm.weight", head, 1)
    file.addMatrix("\(prefix)attn_output.weight", [heads * head, width], &noise)
    if block < slides.count - shared {
      file.addMatrix("\(prefix)attn_k.weight", [width, headsKV[block] * head], &noise)
      file.addVector("\(prefix)attn_k_norm.weight", head, 1)
      // In blocks with global attention, keys stand for values.
      if slides[block] { file.addMatrix("\(prefix)attn_v.weight", [width, headsKV[block] * head], &noise) }
    }
    file.addVector("\(prefix)layer_output_scale.weight", 1, 0.9)
    for part in ["ffn_gate", "ffn_up"] {
      file.addMatrix("\(prefix)\(part).weight", [width, feedForward[block]], &noise)
    }
    file.addMatrix("\(prefix)ffn_down.weight", [feedForward[block], width], &noise)
    if experts > 0 { addExperts(prefix, to: &file, &noise) }
    guard ownEmbedding > 0 else { return }
    file.addMatrix("\(prefix)inp_gate.weight", [width, ownEmbedding], &noise)
    file.addMatrix("\(prefix)proj.weight", [ownEmbedding, width], &noise)
    file.addVector("\(prefix)post_norm.weight", width, 1)
  }

  /// The projector.
  package var projector: GGUFWriter {
    var file = GGUFWriter()
    var noise = Noise(seed: 42)
    file["general.architecture"] = .string("clip")
    file["general.type"] = .string("mmproj")
    file["clip.has_vision_encoder"] = .bool(true)
    file["clip.vision.projector_type"] = .string("gemma4v")
    for (key, value) in [
      ("image_size", 224), ("patch_size", patch), ("embedding_length", towerWidth),
      ("feed_forward_length", towerFeedForward), ("projection_dim", width), ("block_count", towerBlocks),
      ("attention.head_count", towerHeads), ("projector.scale_factor", pooling),
    ] { file["clip.vision.\(key)"] = .u32(UInt32(value)) }
    file["clip.vision.attention.layer_norm_epsilon"] = .f32(1e-6)
    for key in ["image_mean", "image_std"] { file["clip.vision.\(key)"] = .floats([0.5, 0.5, 0.5]) }
    file.addMatrix("v.patch_embd.weight", [patch, patch, 3, towerWidth], &noise)
    file.addMatrix("v.position_embd.weight", [towerWidth, places, 2], &noise)
    for part in ["bias", "scale"] { file.addVector("v.std_\(part)", towerWidth, 0.5) }
    for block in 0..<towerBlocks {
      let prefix = "v.blk.\(block)."
      for norm in ["ln1", "ln2", "attn_post_norm", "ffn_post_norm"] {
        file.addVector("\(prefix)\(norm).weight", towerWidth, 1)
      }
      for norm in ["attn_q_norm", "attn_k_norm"] {
        file.addVector("\(prefix)\(norm).weight", towerWidth / towerHeads, 1)
      }
      for part in ["attn_q", "attn_k", "attn_v", "attn_out"] {
        file.addMatrix("\(prefix)\(part).weight", [towerWidth, towerWidth], &noise)
      }
      for bound in ["input_min", "output_min"] { file.addVector("\(prefix)attn_q.\(bound)", 1, -0.5) }
      for bound in ["input_max", "output_max"] { file.addVector("\(prefix)attn_q.\(bound)", 1, 0.5) }
      for part in ["ffn_gate", "ffn_up"] {
        file.addMatrix("\(prefix)\(part).weight", [towerWidth, towerFeedForward], &noise)
      }
      file.addMatrix("\(prefix)ffn_down.weight", [towerFeedForward, towerWidth], &noise)
    }
    file.addMatrix("mm.input_projection.weight", [towerWidth, width], &noise)
    if hears { addSound(to: &file, &noise) }
    return file
  }

  /// Writes both files into a folder.
  ///
  /// - Returns: their paths.
  package func write(into folder: URL) throws -> (text: String, projector: String) {
    let paths = (folder.appendingPathComponent("gemma4.gguf"), folder.appendingPathComponent("gemma4-mmproj.gguf"))
    try Data(text.file).write(to: paths.0)
    try Data(projector.file).write(to: paths.1)
    return (paths.0.path, paths.1.path)
  }
}

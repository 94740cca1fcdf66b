import Foundation

/// A complete Qwen2.5-VL of noise, in two files: byte pairs, M-RoPE, a tower with windows of attention.
package struct TinyQwen25VL {
  private let width = 32
  private let blocks = 2
  private let heads = 2
  private let headsKV = 1
  private let feedForward = 64
  private let towerWidth = 32
  private let towerBlocks = 2
  private let towerHeads = 2
  private let towerFeedForward = 48
  private let side = 112
  private let patch = 14

  package init() {}

  /// The letters of GPT-2's alphabet of bytes, in the bytes' order.
  package static let letters: [String] = {
    var next: UInt16 = 0x100
    return (0...255).map { byte -> String in
      let isPrintable = (0x21...0x7E).contains(byte) || (0xA1...0xAC).contains(byte) || byte >= 0xAE
      defer { if !isPrintable { next += 1 } }
      return Unicode.Scalar(isPrintable ? UInt16(byte) : next).map { String(Character($0)) } ?? "?"
    }
  }()

  /// Pairs that are joined, in the order of their rank.
  static let merges = ["t h", "th e", "i n", "Ġ t", "Ġ a", "Ġ in", "n e", "Ġt he", "o r"]

  /// The pieces: control 3, normal 1.
  package static let pieces: [(text: String, type: Int32)] = {
    let joined = merges.map { $0.filter { $0 != " " } }
    let markers = [
      "<|endoftext|>", "<|im_start|>", "<|im_end|>", "<|vision_start|>", "<|vision_end|>", "<|image_pad|>",
    ]
    return letters.map { ($0, 1) } + joined.map { ($0, 1) } + markers.map { ($0, 3) }
  }()

  /// The text model.
  package var text: GGUFWriter {
    var file = GGUFWriter()
    var noise = Noise(seed: 31)
    file["general.architecture"] = .string("qwen2vl")
    file["general.type"] = .string("model")
    file["general.name"] = .string("tiny Qwen noise")
    for (key, value) in [
      ("context_length", 1_024), ("embedding_length", width), ("block_count", blocks),
      ("feed_forward_length", feedForward), ("attention.head_count", heads), ("attention.head_count_kv", headsKV),
    ] { file["qwen2vl.\(key)"] = .u32(UInt32(value)) }
    file["qwen2vl.attention.layer_norm_rms_epsilon"] = .f32(1e-6)
    file["qwen2vl.rope.freq_base"] = .f32(1_000_000)
    file["qwen2vl.rope.dimension_sections"] = .integers([2, 3, 3, 0])
    file["tokenizer.ggml.model"] = .string("gpt2")
    file["tokenizer.ggml.pre"] = .string("qwen2")
    file["tokenizer.ggml.tokens"] = .strings(Self.pieces.map { Array($0.text.utf8) })
    file["tokenizer.ggml.token_type"] = .integers(Self.pieces.map(\.type))
    file["tokenizer.ggml.merges"] = .strings(Self.merges.map { Array($0.utf8) })
    file["tokenizer.ggml.eos_token_id"] = .u32(UInt32(Self.pieces.count - 4))
    file["tokenizer.ggml.add_bos_token"] = .bool(false)
    file.addMatrix("token_embd.weight", [width, Self.pieces.count], &noise)
    file.addVector("output_norm.weight", width, 1)
    for block in 0..<blocks {
      let (prefix, keys) = ("blk.\(block).", headsKV * width / heads)
      for norm in ["attn_norm", "ffn_norm"] { file.addVector("\(prefix)\(norm).weight", width, 1) }
      for (part, length) in [("attn_q", width), ("attn_k", keys), ("attn_v", keys)] {
        file.addMatrix("\(prefix)\(part).weight", [width, length], &noise)
        file.addVector("\(prefix)\(part).bias", length, 0.01)
      }
      file.addMatrix("\(prefix)attn_output.weight", [width, width], &noise)
      for part in ["ffn_gate", "ffn_up"] { file.addMatrix("\(prefix)\(part).weight", [width, feedForward], &noise) }
      file.addMatrix("\(prefix)ffn_down.weight", [feedForward, width], &noise)
    }
    return file
  }

  /// The projector.
  package var projector: GGUFWriter {
    var file = GGUFWriter()
    var noise = Noise(seed: 32)
    file["general.architecture"] = .string("clip")
    file["general.type"] = .string("mmproj")
    file["clip.has_vision_encoder"] = .bool(true)
    file["clip.projector_type"] = .string("qwen2.5vl_merger")
    file["clip.use_silu"] = .bool(true)
    for (key, value) in [
      ("image_size", side), ("patch_size", patch), ("embedding_length", towerWidth),
      ("feed_forward_length", towerFeedForward), ("projection_dim", width), ("block_count", towerBlocks),
      ("attention.head_count", towerHeads), ("n_wa_pattern", 2),
    ] { file["clip.vision.\(key)"] = .u32(UInt32(value)) }
    file["clip.vision.attention.layer_norm_epsilon"] = .f32(1e-6)
    for key in ["image_mean", "image_std"] { file["clip.vision.\(key)"] = .floats([0.5, 0.5, 0.5]) }
    for name in ["weight", "weight.1"] {
      file.addMatrix("v.patch_embd.\(name)", [patch, patch, 3, towerWidth], &noise)
    }
    file.addVector("v.post_ln.weight", towerWidth, 1)
    for block in 0..<towerBlocks {
      let prefix = "v.blk.\(block)."
      for norm in ["ln1", "ln2"] { file.addVector("\(prefix)\(norm).weight", towerWidth, 1) }
      let square = ["attn_q", "attn_k", "attn_v", "attn_out"].map { ($0, towerWidth, towerWidth) }
      for (part, from, to) in square + [
        ("ffn_gate", towerWidth, towerFeedForward), ("ffn_up", towerWidth, towerFeedForward),
        ("ffn_down", towerFeedForward, towerWidth),
      ] {
        file.addMatrix("\(prefix)\(part).weight", [from, to], &noise)
        file.addVector("\(prefix)\(part).bias", to, 0.01)
      }
    }
    for (name, from, to) in [("mm.0", 4 * towerWidth, 4 * towerWidth), ("mm.2", 4 * towerWidth, width)] {
      file.addMatrix("\(name).weight", [from, to], &noise)
      file.addVector("\(name).bias", to, 0.01)
    }
    return file
  }

  /// Writes both files into a folder.
  ///
  /// - Returns: their paths.
  package func write(into folder: URL) throws -> (text: String, projector: String) {
    let paths = (folder.appendingPathComponent("qwen.gguf"), folder.appendingPathComponent("qwen-mmproj.gguf"))
    try Data(text.file).write(to: paths.0)
    try Data(projector.file).write(to: paths.1)
    return (paths.0.path, paths.1.path)
  }
}

import Foundation
import TestWeights

/// A text model and a projector of `SecondFamily`, with weights of noise from a fixed seed.
struct SecondFamilyWeights {
  private let width = 32
  private let blocks = 2
  private let heads = 2
  private let headsKV = 1
  private let feedForward = 64
  private let towerWidth = 32
  private let towerFeedForward = 48
  private let towerHeads = 2
  private let side = 84
  private let patch = 14

  /// The pieces of the vocabulary: control 3, byte 6, normal 1.
  static let pieces: [(text: String, type: Int32)] = {
    let markers = ["<|endoftext|>", "<|im_start|>", "<|im_end|>", "<|vision_start|>", "<|vision_end|>", "<|over|>"]
    return markers.map { ($0, 3) } + TinyWeights.pieces.filter { $0.type == 6 || $0.type == 1 }
  }()

  var text: GGUFWriter {
    var file = GGUFWriter()
    var noise = Noise(seed: 3)
    file["general.architecture"] = .string("qwen2vl")
    file["general.type"] = .string("model")
    file["general.name"] = .string("second noise")
    for (key, value) in [
      ("context_length", 512), ("embedding_length", width), ("block_count", blocks),
      ("feed_forward_length", feedForward), ("attention.head_count", heads), ("attention.head_count_kv", headsKV),
    ] { file["qwen2vl.\(key)"] = .u32(UInt32(value)) }
    file["qwen2vl.attention.layer_norm_rms_epsilon"] = .f32(1e-6)
    file["qwen2vl.rope.freq_base"] = .f32(1_000_000)
    file["qwen2vl.rope.dimension_sections"] = .integers([2, 3, 3, 0])
    file["tokenizer.ggml.model"] = .string("llama")
    file["tokenizer.ggml.tokens"] = .strings(Self.pieces.map { Array($0.text.utf8) })
    file["tokenizer.ggml.scores"] = .floats(Self.pieces.indices.map { -Float($0) })
    file["tokenizer.ggml.token_type"] = .integers(Self.pieces.map(\.type))
    file["tokenizer.ggml.add_bos_token"] = .bool(false)
    file["tokenizer.ggml.add_space_prefix"] = .bool(false)
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

  var projector: GGUFWriter {
    var file = GGUFWriter()
    var noise = Noise(seed: 4)
    file["general.architecture"] = .string("clip")
    file["general.type"] = .string("mmproj")
    file["clip.has_vision_encoder"] = .bool(true)
    file["clip.projector_type"] = .string("qwen2vl_merger")
    for (key, value) in [
      ("image_size", side), ("patch_size", patch), ("embedding_length", towerWidth),
      ("feed_forward_length", towerFeedForward), ("projection_dim", width), ("block_count", 1),
      ("attention.head_count", towerHeads),
    ] { file["clip.vision.\(key)"] = .u32(UInt32(value)) }
    file["clip.vision.attention.layer_norm_epsilon"] = .f32(1e-6)
    for key in ["image_mean", "image_std"] { file["clip.vision.\(key)"] = .floats([0.5, 0.5, 0.5]) }
    for name in ["weight", "weight.1"] {
      file.addMatrix("v.patch_embd.\(name)", [patch, patch, 3, towerWidth], &noise)
    }
    file.addNorm("v.post_ln", towerWidth)
    for norm in ["ln1", "ln2"] { file.addNorm("v.blk.0.\(norm)", towerWidth) }
    let square = ["attn_q", "attn_k", "attn_v", "attn_out"].map { ("v.blk.0.\($0)", towerWidth, towerWidth) }
    for (name, from, to) in square + [
      ("v.blk.0.ffn_up", towerWidth, towerFeedForward), ("v.blk.0.ffn_down", towerFeedForward, towerWidth),
      ("mm.0", 4 * towerWidth, 4 * towerWidth), ("mm.2", 4 * towerWidth, width),
    ] {
      file.addMatrix("\(name).weight", [from, to], &noise)
      file.addVector("\(name).bias", to, 0.01)
    }
    return file
  }

  /// Writes both files into a folder.
  ///
  /// - Returns: their paths.
  func write(into folder: URL) throws -> (text: String, projector: String) {
    let paths = (folder.appendingPathComponent("second.gguf"), folder.appendingPathComponent("second-mmproj.gguf"))
    try Data(text.file).write(to: paths.0)
    try Data(projector.file).write(to: paths.1)
    return (paths.0.path, paths.1.path)
  }
}

import Foundation

/// Weights of noise in the shapes of real models: good for speed and memory, and for nothing else.
///
/// The tokenizer's metadata are copied byte by byte from a Gemma 3 file that one has.
enum Synthesis {
  /// A model's sizes, by the published configurations of Gemma 3 270M and MedGemma 4B; SigLIP's are those of So400m.
  struct Shape {
    var name: String
    var width: Int
    var blocks: Int
    var feedForward: Int
    var heads: Int
    var headsKV: Int
    var headWidth: Int
    var writesText: Bool
    var tower: (width: Int, blocks: Int, feedForward: Int, heads: Int, side: Int)
  }

  static let shapes = [
    "270m": Shape(
      name: "synthetic-270m", width: 640, blocks: 18, feedForward: 2048, heads: 4, headsKV: 1, headWidth: 256,
      writesText: false, tower: (384, 12, 1536, 6, 448)),
    "medgemma": Shape(
      name: "synthetic-medgemma", width: 2560, blocks: 34, feedForward: 10_240, heads: 8, headsKV: 4, headWidth: 256,
      writesText: true, tower: (1152, 27, 4304, 16, 896)),
    // A quarter of the blocks, each of the true size: what a machine without a GPU measures in minutes.
    "medgemma-quarter": Shape(
      name: "synthetic-medgemma-quarter", width: 2560, blocks: 9, feedForward: 10_240, heads: 8, headsKV: 4,
      headWidth: 256, writesText: true, tower: (1152, 7, 4304, 16, 896)),
  ]

  static func run(_ arguments: Arguments) throws {
    let name = try arguments.text("shape")
    guard let shape = shapes[name] else { throw Arguments.Missing(name: "shape 270m|medgemma|medgemma-quarter") }
    let folder = URL(fileURLWithPath: try arguments.text("out"))
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    try projector(shape).write(to: folder.appendingPathComponent("\(shape.name)-mmproj.gguf"))
    guard shape.writesText else { return }
    let vocabulary = try Data(
      contentsOf: URL(fileURLWithPath: try arguments.text("vocabulary")), options: .alwaysMapped)
    try text(shape, try GGUFEntries.raw(of: vocabulary, prefix: "tokenizer."))
      .write(to: folder.appendingPathComponent("\(shape.name).gguf"))
  }

  private static func text(_ shape: Shape, _ tokenizer: [Data]) -> SyntheticFile {
    var file = SyntheticFile(architecture: "gemma3", rawEntries: tokenizer)
    file.add("general.name", shape.name)
    for (key, value) in [
      ("context_length", 131_072), ("embedding_length", shape.width), ("block_count", shape.blocks),
      ("feed_forward_length", shape.feedForward), ("attention.head_count", shape.heads),
      ("attention.head_count_kv", shape.headsKV), ("attention.key_length", shape.headWidth),
      ("attention.value_length", shape.headWidth), ("attention.sliding_window", 1024),
    ] { file.add("gemma3.\(key)", UInt32(value)) }
    file.add("gemma3.attention.layer_norm_rms_epsilon", Float(1e-6))
    file.add("gemma3.rope.freq_base", Float(1e6))
    file.add("gemma3.rope.scaling.type", "linear")
    file.add("gemma3.rope.scaling.factor", Float(8))
    let (width, queries, keys) = (shape.width, shape.heads * shape.headWidth, shape.headsKV * shape.headWidth)
    file.add("token_embd.weight", [width, 262_144], .q8)
    file.add("output_norm.weight", [width], .ones)
    for block in 0..<shape.blocks {
      let prefix = "blk.\(block)."
      for norm in ["attn_norm", "post_attention_norm", "ffn_norm", "post_ffw_norm"] {
        file.add("\(prefix)\(norm).weight", [width], .ones)
      }
      for norm in ["attn_q_norm", "attn_k_norm"] { file.add("\(prefix)\(norm).weight", [shape.headWidth], .ones) }
      for (name, columns, rows) in [
        ("attn_q", width, queries), ("attn_k", width, keys), ("attn_v", width, keys), ("attn_output", queries, width),
        ("ffn_gate", width, shape.feedForward), ("ffn_up", width, shape.feedForward),
        ("ffn_down", shape.feedForward, width),
      ] { file.add("\(prefix)\(name).weight", [columns, rows], .q8) }
    }
    return file
  }

  private static func projector(_ shape: Shape) -> SyntheticFile {
    let tower = shape.tower
    var file = SyntheticFile(architecture: "clip", rawEntries: [])
    file.add("general.type", "mmproj")
    file.add("clip.has_vision_encoder", true)
    file.add("clip.projector_type", "gemma3")
    file.add("clip.use_gelu", true)
    for (key, value) in [
      ("image_size", tower.side), ("patch_size", 14), ("embedding_length", tower.width),
      ("feed_forward_length", tower.feedForward), ("projection_dim", shape.width), ("block_count", tower.blocks),
      ("attention.head_count", tower.heads),
    ] { file.add("clip.vision.\(key)", UInt32(value)) }
    file.add("clip.vision.attention.layer_norm_epsilon", Float(1e-6))
    file.add("clip.vision.image_mean", [Float](repeating: 0.5, count: 3))
    file.add("clip.vision.image_std", [Float](repeating: 0.5, count: 3))
    let patches = (tower.side / 14) * (tower.side / 14)
    file.add("mm.input_projection.weight", [shape.width, tower.width], .f16)
    file.add("mm.soft_emb_norm.weight", [tower.width], .ones)
    file.add("v.patch_embd.weight", [14, 14, 3, tower.width], .f32)
    file.add("v.patch_embd.bias", [tower.width], .zeros)
    file.add("v.position_embd.weight", [tower.width, patches], .f32)
    func norm(_ name: String) {
      file.add("\(name).weight", [tower.width], .ones)
      file.add("\(name).bias", [tower.width], .zeros)
    }
    norm("v.post_ln")
    for block in 0..<tower.blocks {
      let prefix = "v.blk.\(block)."
      norm("\(prefix)ln1")
      norm("\(prefix)ln2")
      for (name, columns, rows) in [
        ("attn_q", tower.width, tower.width), ("attn_k", tower.width, tower.width),
        ("attn_v", tower.width, tower.width), ("attn_out", tower.width, tower.width),
        ("ffn_up", tower.width, tower.feedForward), ("ffn_down", tower.feedForward, tower.width),
      ] {
        file.add("\(prefix)\(name).weight", [columns, rows], .f16)
        file.add("\(prefix)\(name).bias", [rows], .zeros)
      }
    }
    return file
  }
}

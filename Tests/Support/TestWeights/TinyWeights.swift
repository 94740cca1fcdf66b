import Foundation

/// A complete Gemma 3 text model and projector of a few hundred kilobytes, with weights of noise from a fixed seed.
///
/// llama.cpp loads both and generates with them.
package struct TinyWeights {
  package var width: Int
  package var blocks: Int
  package var heads = 2
  package var headsKV = 1
  package var headWidth = 16
  package var feedForward = 64
  package var towerWidth = 24
  package var towerBlocks = 1
  package var towerFeedForward = 40
  package var towerHeads = 2
  package var imageSide = 56
  package var patchSide = 14
  package var pooling = 2

  package init(width: Int = 32, blocks: Int = 2) { (self.width, self.blocks) = (width, blocks) }

  /// Pieces with their types: control 3, unknown 2, byte 6, user-defined 4, normal 1.
  package static let pieces: [(text: String, type: Int32)] = {
    var pieces: [(String, Int32)] = [("<pad>", 3), ("<eos>", 3), ("<bos>", 3), ("<unk>", 2)]
    pieces += ["<start_of_turn>", "<end_of_turn>", "<start_of_image>", "<end_of_image>"].map { ($0, 3) }
    pieces.append(("<image_soft_token>", 3))
    let digits = Array("0123456789ABCDEF")
    for high in digits { for low in digits { pieces.append(("<0x\(high)\(low)>", 6)) } }
    pieces += "abcdefghijklmnopqrstuvwxyz".map { (String($0), 1) }
    pieces += ["\n", "▁", "▁a", "▁the", "th", "the", "in", "▁in", "ne", "work", "e\u{301}", "\u{e9}"].map { ($0, 1) }
    return pieces
  }()

  /// The text model.
  package var text: GGUFWriter {
    var file = GGUFWriter()
    var noise = Noise(seed: 1)
    file["general.architecture"] = .string("gemma3")
    file["general.type"] = .string("model")
    file["general.name"] = .string("tiny noise")
    file["general.sampling.temp"] = .f32(1)
    file["general.sampling.top_k"] = .i32(64)
    file["general.sampling.top_p"] = .f32(0.95)
    file["gemma3.context_length"] = .u32(512)
    file["gemma3.embedding_length"] = .u32(UInt32(width))
    file["gemma3.block_count"] = .u32(UInt32(blocks))
    file["gemma3.feed_forward_length"] = .u32(UInt32(feedForward))
    file["gemma3.attention.head_count"] = .u32(UInt32(heads))
    file["gemma3.attention.head_count_kv"] = .u32(UInt32(headsKV))
    file["gemma3.attention.key_length"] = .u32(UInt32(headWidth))
    file["gemma3.attention.value_length"] = .u32(UInt32(headWidth))
    file["gemma3.attention.layer_norm_rms_epsilon"] = .f32(1e-6)
    file["gemma3.attention.sliding_window"] = .u32(64)
    file["gemma3.rope.freq_base"] = .f32(1_000_000)
    file["gemma3.rope.scaling.type"] = .string("linear")
    file["gemma3.rope.scaling.factor"] = .f32(8)
    file["tokenizer.ggml.model"] = .string("llama")
    file["tokenizer.ggml.pre"] = .string("default")
    file["tokenizer.ggml.tokens"] = .strings(Self.pieces.map { Array($0.text.utf8) })
    file["tokenizer.ggml.scores"] = .floats(Self.pieces.indices.map { -Float($0) })
    file["tokenizer.ggml.token_type"] = .integers(Self.pieces.map(\.type))
    for (role, identifier) in [("padding", 0), ("eos", 1), ("bos", 2), ("unknown", 3)] {
      file["tokenizer.ggml.\(role)_token_id"] = .u32(UInt32(identifier))
    }
    file["tokenizer.ggml.add_bos_token"] = .bool(true)
    file["tokenizer.ggml.add_space_prefix"] = .bool(false)
    file.addMatrix("token_embd.weight", [width, Self.pieces.count], &noise)
    file.addVector("output_norm.weight", width, 1)
    for block in 0..<blocks {
      let prefix = "blk.\(block)."
      for norm in ["attn_norm", "post_attention_norm", "ffn_norm", "post_ffw_norm"] {
        file.addVector("\(prefix)\(norm).weight", width, 1)
      }
      for norm in ["attn_q_norm", "attn_k_norm"] { file.addVector("\(prefix)\(norm).weight", headWidth, 1) }
      file.addMatrix("\(prefix)attn_q.weight", [width, heads * headWidth], &noise)
      file.addMatrix("\(prefix)attn_k.weight", [width, headsKV * headWidth], &noise)
      file.addMatrix("\(prefix)attn_v.weight", [width, headsKV * headWidth], &noise)
      file.addMatrix("\(prefix)attn_output.weight", [heads * headWidth, width], &noise)
      file.addMatrix("\(prefix)ffn_gate.weight", [width, feedForward], &noise, half: true)
      file.addMatrix("\(prefix)ffn_up.weight", [width, feedForward], &noise, half: true)
      file.addMatrix("\(prefix)ffn_down.weight", [feedForward, width], &noise, half: true)
    }
    return file
  }

  /// The projector.
  package var projector: GGUFWriter {
    var file = GGUFWriter()
    var noise = Noise(seed: 2)
    file["general.architecture"] = .string("clip")
    file["general.type"] = .string("mmproj")
    file["general.name"] = .string("tiny noise")
    file["clip.has_vision_encoder"] = .bool(true)
    file["clip.projector_type"] = .string("gemma3")
    file["clip.use_gelu"] = .bool(true)
    for (key, value) in [
      ("image_size", imageSide), ("patch_size", patchSide), ("embedding_length", towerWidth),
      ("feed_forward_length", towerFeedForward), ("projection_dim", width), ("block_count", towerBlocks),
      ("attention.head_count", towerHeads), ("projector.scale_factor", pooling),
    ] { file["clip.vision.\(key)"] = .u32(UInt32(value)) }
    file["clip.vision.attention.layer_norm_epsilon"] = .f32(1e-6)
    file["clip.vision.image_mean"] = .floats([0.5, 0.5, 0.5])
    file["clip.vision.image_std"] = .floats([0.5, 0.5, 0.5])
    file.addMatrix("mm.input_projection.weight", [width, towerWidth], &noise, half: true)
    file.addVector("mm.soft_emb_norm.weight", towerWidth, 1)
    file.addMatrix("v.patch_embd.weight", [patchSide, patchSide, 3, towerWidth], &noise)
    file.addVector("v.patch_embd.bias", towerWidth, 0)
    file.addMatrix("v.position_embd.weight", [towerWidth, (imageSide / patchSide) * (imageSide / patchSide)], &noise)
    file.addNorm("v.post_ln", towerWidth)
    for block in 0..<towerBlocks {
      let prefix = "v.blk.\(block)."
      for norm in ["ln1", "ln2"] { file.addNorm("\(prefix)\(norm)", towerWidth) }
      for part in ["attn_q", "attn_k", "attn_v", "attn_out"] {
        file.addMatrix("\(prefix)\(part).weight", [towerWidth, towerWidth], &noise, half: true)
        file.addVector("\(prefix)\(part).bias", towerWidth, 0)
      }
      file.addMatrix("\(prefix)ffn_up.weight", [towerWidth, towerFeedForward], &noise, half: true)
      file.addVector("\(prefix)ffn_up.bias", towerFeedForward, 0)
      file.addMatrix("\(prefix)ffn_down.weight", [towerFeedForward, towerWidth], &noise, half: true)
      file.addVector("\(prefix)ffn_down.bias", towerWidth, 0)
    }
    return file
  }

  /// Writes both files into a folder.
  ///
  /// - Returns: their paths.
  package func write(into folder: URL) throws -> (text: String, projector: String) {
    let paths = (folder.appendingPathComponent("tiny.gguf"), folder.appendingPathComponent("tiny-mmproj.gguf"))
    try Data(text.file).write(to: paths.0)
    try Data(projector.file).write(to: paths.1)
    return (paths.0.path, paths.1.path)
  }
}

/// SplitMix64, as a source of small weights.
package struct Noise {
  private var state: UInt64

  package init(seed: UInt64) { state = seed }

  package mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
    return mixed ^ (mixed >> 31)
  }

  /// A number between -0.1 and 0.1.
  package mutating func weight() -> Float { (Float(next() >> 40) / Float(1 << 24) - 0.5) * 0.2 }
}

extension GGUFWriter {
  package mutating func addMatrix(_ name: String, _ shape: [Int], _ noise: inout Noise, half: Bool = false) {
    let count = shape.reduce(1, *)
    var data: [UInt8] = []
    data.reserveCapacity(count * 4)
    for _ in 0..<count {
      let weight = noise.weight()
      if half { data += littleEndian(Self.halfBits(weight)) } else { data += littleEndian(weight.bitPattern) }
    }
    add(name, shape, type: half ? 1 : 0, data)
  }

  package mutating func addVector(_ name: String, _ length: Int, _ value: Float) {
    add(name, [length], type: 0, (0..<length).flatMap { _ in littleEndian(value.bitPattern) })
  }

  package mutating func addNorm(_ name: String, _ length: Int) {
    addVector("\(name).weight", length, 1)
    addVector("\(name).bias", length, 0)
  }

  package mutating func add(_ name: String, _ shape: [Int], type: UInt32, _ data: [UInt8]) {
    tensors.append(Tensor(name: Array(name.utf8), shape: shape.map(UInt64.init), type: type, data: data))
  }

  /// The 16-bit float next to a small normal number, towards zero.
  private static func halfBits(_ value: Float) -> UInt16 {
    let bits = value.bitPattern
    let exponent = Int(bits >> 23 & 0xff) - 112
    let sign = UInt16(bits >> 16 & 0x8000)
    return exponent <= 0 ? sign : sign | UInt16(exponent) << 10 | UInt16(bits >> 13 & 0x3ff)
  }
}

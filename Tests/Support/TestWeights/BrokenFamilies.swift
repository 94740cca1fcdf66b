import Foundation

/// Files of the families beside Gemma 3 that must be refused, each broken in one way.
package struct BrokenFamilies {
  package typealias Change = (inout GGUFWriter) -> Void

  /// One way to break a file, and what the reason must say.
  package struct Kind {
    package var name: String
    package var reason: String
    package var change: Change
    /// Whether the projector is broken, and not the text model.
    package var isProjector: Bool
  }

  /// The family's name.
  package let name: String
  private let text: GGUFWriter
  private let projector: GGUFWriter
  private let own: [Kind]
  /// What a file may lack.
  private let optional: Set<String>

  /// Qwen2.5-VL and Gemma 4.
  package static var all: [BrokenFamilies] {
    [
      BrokenFamilies(
        name: "Qwen2.5-VL", text: TinyQwen25VL().text, projector: TinyQwen25VL().projector, own: qwen25VL,
        optional: ["qwen2vl.attention.head_count_kv", "clip.use_silu"]),
      BrokenFamilies(
        name: "Gemma 4", text: TinyGemma4().text, projector: TinyGemma4().projector, own: gemma4,
        optional: [
          "gemma4.attention.shared_kv_layers", "gemma4.rope.dimension_count", "gemma4.rope.dimension_count_swa",
          "gemma4.final_logit_softcapping", "clip.vision.projector.scale_factor", "clip.use_gelu",
          "tokenizer.ggml.scores",
        ]),
    ]
  }

  /// The good files.
  package var good: (text: GGUFWriter, projector: GGUFWriter) { (text, projector) }

  /// Every kind: keys that are missing or of another type, tensors that are missing, turned round or not finite, and the family's own.
  package var kinds: [Kind] {
    own + keys(of: text, isProjector: false) + keys(of: projector, isProjector: true)
      + tensors(of: text, isProjector: false) + tensors(of: projector, isProjector: true)
  }

  private func keys(of file: GGUFWriter, isProjector: Bool) -> [Kind] {
    file.entries.flatMap { entry -> [Kind] in
      let key = String(decoding: entry.key, as: UTF8.self)
      let prefix = key.prefix { $0 != "." }
      let lists = ["model", "tokens", "token_type", "merges", "scores"].map { "tokenizer.ggml.\($0)" }
      guard ["qwen2vl", "gemma4"].contains(prefix) || key.hasPrefix("clip.vision.") || lists.contains(key) else {
        return []
      }
      let isText = entry.value.type == 8
      var kinds = [
        Kind(
          name: "\(key) of another type", reason: "\(key) is",
          change: { $0[key] = isText ? .u32(1) : .string("4") }, isProjector: isProjector)
      ]
      if !optional.contains(key) {
        // A projector's type may be in either of two keys.
        let reason = key == "clip.vision.projector_type" ? "clip.projector_type is missing" : "\(key) is missing"
        kinds.append(Kind(name: "no \(key)", reason: reason, change: { $0[key] = nil }, isProjector: isProjector))
      }
      return kinds
    }
  }

  private func tensors(of file: GGUFWriter, isProjector: Bool) -> [Kind] {
    file.tensors.flatMap { tensor -> [Kind] in
      let name = String(decoding: tensor.name, as: UTF8.self)
      var kinds: [Kind] = []
      func add(_ what: String, _ change: @escaping Change) {
        kinds.append(Kind(name: "\(name) \(what)", reason: name, change: change, isProjector: isProjector))
      }
      let mayBeMissing =
        ["attn_v.weight", "layer_output_scale.weight"].contains { name.hasSuffix($0) && !name.hasPrefix("v.") }
        && self.name == "Gemma 4"
      let isBound = ["input_min", "input_max", "output_min", "output_max"].contains { name.hasSuffix($0) }
      if !mayBeMissing, !isBound { add("missing") { $0.remove(name) } }
      if tensor.shape != tensor.shape.reversed() { add("turned round") { $0.change(name) { $0.shape.reverse() } } }
      if tensor.shape.count == 1, tensor.shape[0] > 1 { add("not a number") { $0.set(.nan, in: name) } }
      if isBound {
        add("of two numbers") {
          $0.change(name) {
            $0.shape = [2]; $0.data += $0.data
          }
        }
      }
      return kinds
    }
  }

  private static func kind(_ name: String, _ reason: String, projector: Bool = false, _ change: @escaping Change)
    -> Kind
  {
    Kind(name: name, reason: reason, change: change, isProjector: projector)
  }

  private static var qwen25VL: [Kind] {
    [
      kind("SentencePiece", "its tokenizer is of the kind \"llama\"; Qwen2.5-VL's is \"gpt2\"") {
        $0["tokenizer.ggml.model"] = .string("llama")
      },
      kind("another cut of words", "tokenizer.ggml.pre is \"llama-bpe\"; Qwen2.5-VL's is \"qwen2\"") {
        $0["tokenizer.ggml.pre"] = .string("llama-bpe")
      },
      kind("no cut of words", "tokenizer.ggml.pre is missing") { $0["tokenizer.ggml.pre"] = nil },
      kind("a pair of one", "has no pair in its line 0") { $0["tokenizer.ggml.merges"] = .strings([Array("th".utf8)]) },
      kind("an empty pair", "has no pair in its line 1") {
        $0["tokenizer.ggml.merges"] = .strings([Array("t h".utf8), []])
      },
      kind("a pair without its right", "has no pair in its line 0") {
        $0["tokenizer.ggml.merges"] = .strings([Array("t ".utf8)])
      },
      kind("a byte without a letter", "no piece for the byte 0x20") { change(&$0, "Ġ", to: "Ġ Ġ") },
      kind("a piece for a byte", "is of the type for bytes") {
        $0["tokenizer.ggml.token_type"] = .integers(TinyQwen25VL.pieces.indices.map { $0 == 3 ? 6 : 1 })
      },
      kind("two pieces the same", "are the same") { change(&$0, "the", to: "th") },
      kind("no turns", "has no piece \"<|im_start|>\"") { change(&$0, "<|im_start|>", to: "<|start|>") },
      kind("heads that do not divide", "which does not divide the width") {
        $0["qwen2vl.attention.head_count"] = .u32(5)
      },
      kind("key heads that do not divide", "of head_count_kv do not divide") {
        $0["qwen2vl.attention.head_count"] = .u32(8); $0["qwen2vl.attention.head_count_kv"] = .u32(3)
      },
      kind("a head of another width", "key_length is 8, but its heads are 16 wide") {
        $0["qwen2vl.attention.key_length"] = .u32(8)
      },
      kind("part of a head turned", "dimension_count is 8") { $0["qwen2vl.rope.dimension_count"] = .u32(8) },
      kind("three sections", "has 3 elements; four are needed") {
        $0["qwen2vl.rope.dimension_sections"] = .integers([2, 3, 3])
      },
      kind("sections of nothing", "together they must be half of a head, 8") {
        $0["qwen2vl.rope.dimension_sections"] = .integers([0, 0, 0, 0])
      },
      kind("a negative section", "together they must be half of a head, 8") {
        $0["qwen2vl.rope.dimension_sections"] = .integers([-1, 4, 5, 0])
      },
      kind("experts", "a mixture of experts") { $0["qwen2vl.expert_count"] = .u32(8) },
      kind("an embedding model", "this is an embedding model") { $0["qwen2vl.attention.causal"] = .bool(false) },
      kind("a base of rotation of 0", "qwen2vl.rope.freq_base is 0.0") { $0["qwen2vl.rope.freq_base"] = .f32(0) },
      kind("positions that are stretched", "qwen2vl.rope.scaling.type is \"yarn\"") {
        $0["qwen2vl.rope.scaling.type"] = .string("yarn")
      },
      kind("a row too many", "rows for a vocabulary of") {
        $0.change("token_embd.weight") {
          $0.shape[1] += 1; $0.data += [UInt8](repeating: 0, count: 128)
        }
      },
      kind("a tensor of another", "does not belong there") { $0.addVector("blk.0.attn_q_norm.weight", 16, 1) },
      kind("Qwen2-VL's projector", "is a projector of the type \"qwen2vl_merger\"", projector: true) {
        $0["clip.projector_type"] = .string("qwen2vl_merger")
      },
      kind("another activation", "clip.use_silu is not set", projector: true) { $0["clip.use_silu"] = nil },
      kind("no pattern of windows", "n_wa_pattern is 0", projector: true) { $0["clip.vision.n_wa_pattern"] = .u32(0) },
      kind("patches larger than a window", "do not fit the attention's windows of 112", projector: true) {
        $0["clip.vision.patch_size"] = .u32(57)
      },
      kind("three patches to a token", "spatial_merge_size is 3; Qwen2.5-VL's is 2", projector: true) {
        $0["clip.vision.spatial_merge_size"] = .u32(3)
      },
      kind("an image smaller than a token", "are smaller than a token of 28", projector: true) {
        $0["clip.vision.image_size"] = .u32(27)
      },
      kind("too many patches", "at most 4,096 are accepted", projector: true) {
        $0["clip.vision.image_size"] = .u32(1_820)
      },
      kind("heads that are no four", "need a multiple of four", projector: true) {
        $0["clip.vision.attention.head_count"] = .u32(16)
      },
      kind("swapped matrices", "ffn_up for ffn_down", projector: true) {
        $0["clip.vision.feed_forward_length"] = .u32(32)
      },
      kind("a bias of patches", "does not belong there", projector: true) { $0.addVector("v.patch_embd.bias", 32, 0) },
      kind("sound as well", "is a projector for audio as well", projector: true) {
        $0["clip.has_audio_encoder"] = .bool(true)
      },
      kind("another width", "projects to a width of 16, but", projector: true) {
        $0["clip.vision.projection_dim"] = .u32(16)
        $0.change("mm.2.weight") {
          $0.shape[1] = 16; $0.data = Array($0.data.prefix(128 * 16 * 4))
        }
        $0.change("mm.2.bias") {
          $0.shape[0] = 16; $0.data = Array($0.data.prefix(64))
        }
      },
    ]
  }

  private static var gemma4: [Kind] {
    [
      kind("SentencePiece", "its tokenizer is of the kind \"llama\"; Gemma 4's is \"gemma4\"") {
        $0["tokenizer.ggml.model"] = .string("llama")
      },
      kind("a pair of one", "has no pair in its line 0") { $0["tokenizer.ggml.merges"] = .strings([Array("th".utf8)]) },
      kind("no turns", "has no piece \"<|turn>\"") { change(&$0, "<|turn>", to: "<|tern>") },
      kind("no thinking", "has no piece \"<|channel>\"") { change(&$0, "<|channel>", to: "<|chanel>") },
      kind("a byte without a piece", "no piece for the byte 0x41") { change(&$0, "<0x41>", to: "<0X41>", type: 1) },
      kind("one block", "shared_kv_layers is 2 of 2 blocks") {
        $0["gemma4.block_count"] = .u32(2); shorten(&$0, to: 2)
      },
      kind("all blocks share", "two blocks need keys of their own") {
        $0["gemma4.attention.shared_kv_layers"] = .u32(3)
      },
      kind("sharing without one of each kind", "does not end in a block of each kind") {
        $0["gemma4.attention.sliding_window_pattern"] = .flags([true, true, false, true])
      },
      kind("no windows", "leaves no block to the sliding window") {
        $0["gemma4.attention.sliding_window_pattern"] = .flags([false, false, false, false])
      },
      kind("windows only", "or none to global attention") {
        $0["gemma4.attention.sliding_window_pattern"] = .flags([true, true, true, true])
      },
      kind("a pattern of three", "has 3 elements for 4 blocks") {
        $0["gemma4.attention.sliding_window_pattern"] = .flags([true, false, true])
      },
      kind("a pattern of halves", "an array of truth values is needed") {
        $0["gemma4.attention.sliding_window_pattern"] = .floats([1, 0, 1, 0])
      },
      kind("key heads of three blocks", "has 3 elements for 4 blocks") {
        $0["gemma4.attention.head_count_kv"] = .integers([2, 1, 2])
      },
      kind("no key heads", "head_count_kv holds 0") { $0["gemma4.attention.head_count_kv"] = .integers([2, 0, 2, 0]) },
      kind("key heads that do not divide", "of head_count_kv do not divide") {
        $0["gemma4.attention.head_count_kv"] = .u32(3)
      },
      kind("shared keys of other heads", "differs between blocks that share keys") {
        $0["gemma4.attention.head_count_kv"] = .integers([2, 1, 1, 1])
      },
      kind("a negative width", "feed_forward_length holds -1") {
        $0["gemma4.feed_forward_length"] = .integers([48, 48, -1, 64])
      },
      kind("values of another width", "key_length is 32 and value_length 16") {
        $0["gemma4.attention.value_length"] = .u32(16)
      },
      kind("an odd width", "key_length_swa is 15") {
        $0["gemma4.attention.key_length_swa"] = .u32(15); $0["gemma4.attention.value_length_swa"] = .u32(15)
      },
      kind("more turned than a head has", "dimension_count is 64, but its heads are 32 wide") {
        $0["gemma4.rope.dimension_count"] = .u32(64)
      },
      kind("experts", "a mixture of experts") { $0["gemma4.expert_count"] = .u32(128) },
      kind("experts' tensors", "a mixture of experts is not read") {
        $0.addVector("blk.0.ffn_gate_inp.weight", 32, 1)
      },
      kind("no window", "sliding_window is 0") { $0["gemma4.attention.sliding_window"] = .u32(0) },
      kind("fused attention", "does not belong there") { $0.addVector("blk.0.attn_qkv.weight", 32, 1) },
      kind("its towers in the same file", "as Ollama keeps them") { $0.addVector("v.std_bias", 24, 1) },
      kind("the unified variant", "is a projector of the type \"gemma4uv\"", projector: true) {
        $0["clip.vision.projector_type"] = .string("gemma4uv")
      },
      kind("sound as well", "is a projector for audio as well", projector: true) {
        $0["clip.has_audio_encoder"] = .bool(true)
      },
      kind("too few places", "places on a side; 512 are needed", projector: true) {
        $0.change("v.position_embd.weight") {
          $0.shape[1] = 64; $0.data = Array($0.data.prefix(24 * 64 * 2 * 4))
        }
      },
      kind("places in one table", "v.position_embd.weight", projector: true) {
        $0.change("v.position_embd.weight") { $0.shape = [24, 1_024] }
      },
      kind("a deviation without a mean", "v.std_bias is missing", projector: true) { $0.remove("v.std_bias") },
      kind("heads that are no four", "need a multiple of four", projector: true) {
        $0["clip.vision.attention.head_count"] = .u32(4)
      },
      kind("pooling by 0", "scale_factor is 0", projector: true) { $0["clip.vision.projector.scale_factor"] = .u32(0) },
      kind("another width", "mm.input_projection.weight is 24 × 32; 24 × 16 is needed", projector: true) {
        $0["clip.vision.projection_dim"] = .u32(16)
      },
    ]
  }

  /// Gives a piece another text, and perhaps another type.
  private static func change(_ writer: inout GGUFWriter, _ piece: String, to text: String, type: Int32? = nil) {
    let isQwen = writer["qwen2vl.block_count"] != nil
    var pieces = isQwen ? TinyQwen25VL.pieces : TinyGemma4.pieces
    for index in pieces.indices where pieces[index].text == piece {
      pieces[index] = (text, type ?? pieces[index].type)
    }
    writer["tokenizer.ggml.tokens"] = .strings(pieces.map { Array($0.text.utf8) })
    writer["tokenizer.ggml.token_type"] = .integers(pieces.map(\.type))
  }

  /// Cuts the lists that have an element for each block.
  private static func shorten(_ writer: inout GGUFWriter, to count: Int) {
    writer["gemma4.attention.sliding_window_pattern"] = .flags([true, false])
    writer["gemma4.attention.head_count_kv"] = .integers([2, 1])
    writer["gemma4.feed_forward_length"] = .integers([48, 48])
  }
}

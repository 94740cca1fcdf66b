extension BrokenFamilies {
  static var qwen25VL: [Kind] {
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
}

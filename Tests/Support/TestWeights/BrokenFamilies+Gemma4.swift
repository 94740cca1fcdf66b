extension BrokenFamilies {
  static var gemma4: [Kind] {
    [
      kind("SentencePiece", "its tokenizer is of the kind \"llama\"; Gemma 4's is \"gemma4\"") {
        $0["tokenizer.ggml.model"] = .string("llama")
      },
      kind("a pair of one", "has no pair in its line 0") { $0["tokenizer.ggml.merges"] = .strings([Array("th".utf8)]) },
      kind("no turns", "has no piece \"<|turn>\"") { change(&$0, "<|turn>", to: "<|tern>") },
      kind("no thinking", "has no piece \"<|channel>\"") { change(&$0, "<|channel>", to: "<|kanal>") },
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
      kind("experts that are not there", "the tensor blk.0.ffn_gate_inp.weight is missing") {
        $0["gemma4.expert_count"] = .u32(128); $0["gemma4.expert_used_count"] = .u32(8)
        $0["gemma4.expert_feed_forward_length"] = .u32(16)
      },
      kind("experts of which none is used", "gemma4.expert_used_count is missing") {
        $0["gemma4.expert_count"] = .u32(128)
      },
      kind("experts' tensors", "gemma4.expert_count says that it is no mixture of experts") {
        $0.addVector("blk.0.ffn_gate_inp.weight", 32, 1)
      },
      kind("no window", "sliding_window is 0") { $0["gemma4.attention.sliding_window"] = .u32(0) },
      kind("fused attention", "does not belong there") { $0.addVector("blk.0.attn_qkv.weight", 32, 1) },
      kind("its towers in the same file", "as Ollama keeps them") { $0.addVector("v.std_bias", 24, 1) },
      kind("the unified variant", "is a projector of the type \"gemma4uv\"", projector: true) {
        $0["clip.vision.projector_type"] = .string("gemma4uv")
      },
      kind("a voice as well", "is a projector for audio as well", projector: true) {
        $0["clip.has_gen_audio_encoder"] = .bool(true)
      },
      kind("a tower for sound that it does not speak of", "does not belong there (it is for audio)", projector: true) {
        $0.addVector("a.blk.0.ln1.weight", 16, 1)
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

  /// The mixture of experts, and a projector that hears.
  static var gemma4Parts: [Kind] {
    let (router, experts) = ("blk.1.ffn_gate_inp.weight", "blk.1.ffn_gate_up_exps.weight")
    return [
      kind("one expert", "gemma4.expert_count is 1") { $0["gemma4.expert_count"] = .u32(1) },
      kind("more experts than llama.cpp knows", "gemma4.expert_count is 1,025") {
        $0["gemma4.expert_count"] = .u32(1_025)
      },
      kind("another number of experts", "blk.0.ffn_gate_inp.weight is 32 × 5; 32 × 6 is needed") {
        $0["gemma4.expert_count"] = .u32(6)
      },
      kind("more used than there are", "gemma4.expert_used_count is 6; it must be from 1 to 5") {
        $0["gemma4.expert_used_count"] = .u32(6)
      },
      kind("none used", "gemma4.expert_used_count is 0") { $0["gemma4.expert_used_count"] = .u32(0) },
      kind("a number used for each block", "gemma4.expert_used_count is an array") {
        $0["gemma4.expert_used_count"] = .integers([2, 2, 2, 2])
      },
      kind("groups of experts", "gemma4.expert_group_count is set") { $0["gemma4.expert_group_count"] = .u32(5) },
      kind("another width of experts", "ffn_gate_up_exps.weight is 32 × 48 × 5; 32 × 50 × 5 is needed") {
        $0["gemma4.expert_feed_forward_length"] = .u32(25)
      },
      kind("a width of 0", "gemma4.expert_feed_forward_length is 0") {
        $0["gemma4.expert_feed_forward_length"] = .u32(0)
      },
      kind("a block without experts", "the tensor \(router) is missing") { writer in
        for part in ["ffn_gate_inp.weight", "ffn_gate_inp.scale", "ffn_gate_up_exps.weight", "ffn_down_exps.weight"] {
          writer.remove("blk.1.\(part)")
        }
      },
      kind("experts in both forms", "does not belong there") {
        $0.add("blk.1.ffn_up_exps.weight", [32, 24, 5], type: 0, [UInt8](repeating: 0, count: 32 * 24 * 5 * 4))
      },
      kind("half of the experts' matrices", "the tensor blk.1.ffn_gate_exps.weight is missing") { writer in
        writer.remove(experts)
        writer.add("blk.1.ffn_up_exps.weight", [32, 24, 5], type: 0, [UInt8](repeating: 0, count: 32 * 24 * 5 * 4))
      },
      kind("experts in whole numbers", "is in the format I32") { $0.change(experts) { $0.type = 26 } },
      kind("a bias of the experts", "does not belong there") { $0.addVector("blk.0.ffn_down_exps.bias", 5, 1) },
      kind("another key's type", "\(GGUFWriter.soundKey) is", projector: true) { $0[GGUFWriter.soundKey] = .u32(1) },
      kind("a voice beside sound", "is a projector for audio as well", projector: true) {
        $0["clip.has_gen_audio_encoder"] = .bool(true)
      },
      kind("a tower for sound that is cut off", "inside the data of tensor", projector: true) {
        $0.tensors[$0.tensors.count - 1].data.removeLast(9)
      },
      kind("a tower for sound beyond the file", "claims to begin", projector: true) {
        $0.change("mm.a.input_projection.weight") { $0.claimedOffset = 1 << 40 }
      },
      kind("a tower for sound alone", "is a projector for audio", projector: true) {
        $0["clip.has_vision_encoder"] = .bool(false)
      },
      kind("sound of a projector that does not hear", "it is for audio", projector: true) {
        $0[GGUFWriter.soundKey] = .bool(false)
      },
    ]
  }

  /// Cuts the lists that have an element for each block.
  private static func shorten(_ writer: inout GGUFWriter, to count: Int) {
    writer["gemma4.attention.sliding_window_pattern"] = .flags([true, false])
    writer["gemma4.attention.head_count_kv"] = .integers([2, 1])
    writer["gemma4.feed_forward_length"] = .integers([48, 48])
  }
}

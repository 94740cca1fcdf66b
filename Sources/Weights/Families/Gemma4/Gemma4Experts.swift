/// The experts of a Gemma 4 that is a mixture of them: every block has them beside its feed-forward matrices, and a router that chooses some for
/// each token (llama.cpp's gemma4.cpp, `build_moe_ffn`).
struct Gemma4Experts {
  /// Experts of a block.
  let count: Int
  /// The width between an expert's matrices.
  let feedForwardLength: Int

  /// `LLAMA_MAX_EXPERTS`, beyond which llama.cpp asserts; one alone has nothing to choose from.
  private static let counts = 2...1_024

  /// `nil` for a model with dense blocks alone.
  init?(_ metadata: GGUFMetadata) throws(WeightsFault) {
    let keys = ["count", "used_count", "feed_forward_length"].map { "gemma4.expert_\($0)" }
    var isDense = true
    for key in keys {
      if try metadata.number(key, .uint32) ?? 0 != 0 { isDense = false }
    }
    if isDense { return nil }
    count = try metadata.neededWhole(keys[0], in: Self.counts)
    // llama.cpp asserts that as many can be chosen.
    _ = try metadata.neededWhole(keys[1], in: 1...count)
    feedForwardLength = try metadata.neededWhole(keys[2], in: 1...(1 << 22))
  }

  /// Ticks off a block's router and experts.
  func checkBlock(_ prefix: String, _ list: inout TensorChecklist, width: Int) throws(WeightsFault) {
    let formats = TensorType.matrixFormats
    try list.need("\(prefix)ffn_gate_inp.weight", [width, count], in: formats)
    try list.needVector("\(prefix)ffn_gate_inp.scale", width)
    for norm in ["pre_ffw_norm_2", "post_ffw_norm_1", "post_ffw_norm_2"] {
      try list.needVector("\(prefix)\(norm).weight", width)
    }
    // Both factors are bounded where they are read.
    let (joined, halves) = ("\(prefix)ffn_gate_up_exps.weight", ["ffn_gate_exps", "ffn_up_exps"])
    if !list.has(joined), halves.contains(where: { list.has("\(prefix)\($0).weight") }) {
      for half in halves { try list.need("\(prefix)\(half).weight", [width, feedForwardLength, count], in: formats) }
    } else {
      try list.need(joined, [width, 2 * feedForwardLength, count], in: formats)
    }
    try list.need("\(prefix)ffn_down_exps.weight", [feedForwardLength, width, count], in: formats)
    // Without it, llama.cpp would give every expert the same weight in silence.
    try list.needVector("\(prefix)ffn_down_exps.scale", count)
  }
}

import TextOutput

/// Keys that llama.cpp reads of every model, and asserts or behaves differently by, although no family here has them.
extension GGUFMetadata {
  /// Refuses a text model that is more, or something else, than a language model with dense blocks.
  ///
  /// - Parameters:
  ///   - width: of an embedding.
  ///   - checksExperts: whether the family reads those two numbers itself.
  func refuseForeignTextSettings(
    of family: any ModelFamily, width: Int, checksExperts: Bool = false
  ) throws(WeightsFault) {
    let prefix = family.architecture
    let experts = checksExperts ? [] : ["expert_count", "expert_used_count"]
    for key in experts + [
      "nextn_predict_layers", "expert_group_count", "expert_group_used_count", "pooling_type",
      "classifier.pooling_type",
    ] {
      guard try number("\(prefix).\(key)", .uint32) ?? 0 == 0 else {
        let hint = key.hasPrefix("expert") ? " (a mixture of experts)" : ""
        throw fault("\(prefix).\(key) is set, which \(family.name) does not have\(hint)")
      }
    }
    guard self["\(prefix).classifier.output_labels"] == nil else {
      throw fault("\(prefix).classifier.output_labels is there: this is a classifier, not a language model")
    }
    guard try whole("\(prefix).embedding_length_out", in: 0...65_536) ?? width == width else {
      throw fault("\(prefix).embedding_length_out differs from \(prefix).embedding_length")
    }
    guard try flag("\(prefix).attention.causal") ?? true else {
      throw fault("\(prefix).attention.causal is false: this is an embedding model, not a language model")
    }
  }

  /// Checks the settings by which llama.cpp stretches positions.
  ///
  /// - Parameter kinds: of `rope.scaling.type` that the family has.
  func checkScaling(of family: any ModelFamily, kinds: [String] = ["linear", "none"]) throws(WeightsFault) {
    let prefix = family.architecture
    if let kind = try text("\(prefix).rope.scaling.type"), !kinds.contains(kind) {
      let accepted = kinds.map { quoted($0) }.joined(separator: " or ")
      throw fault("\(prefix).rope.scaling.type is \(quoted(kind)); \(family.name)'s is \(accepted)")
    }
    for key in ["rope.scaling.factor", "rope.scale_linear", "rope.scaling.attn_factor"] {
      _ = try real("\(prefix).\(key)", in: 1e-3...1e6)
    }
    _ = try real("\(prefix).rope.scaling.alpha", in: 0...1e6)
    _ = try number("\(prefix).rope.scaling.original_context_length", .uint32)
    _ = try flag("\(prefix).rope.scaling.finetuned")
  }

  /// Checks the heads of a projector's blocks.
  ///
  /// - Returns: the width of one.
  func projectorHeadWidth(ofWidth width: Int) throws(WeightsFault) -> Int {
    let heads = try neededWhole("clip.vision.attention.head_count", in: 1...1_024)
    guard width % heads == 0 else {
      throw fault("\(heads) attention heads do not divide the width of \(width)")
    }
    guard try whole("clip.vision.attention.head_count_kv", in: 0...1_024) ?? heads == heads else {
      throw fault("clip.vision.attention.head_count_kv differs from head_count")
    }
    let headWidth = try whole("clip.vision.attention.head_dim", in: 0...65_536) ?? 0
    guard headWidth == 0 || headWidth == width / heads else {
      throw fault("clip.vision.attention.head_dim is \(headWidth); \(width / heads) is needed")
    }
    guard try real("clip.vision.attention.layer_norm_epsilon", in: 1e-12...0.1) != nil else {
      throw fault("clip.vision.attention.layer_norm_epsilon is missing")
    }
    return width / heads
  }

  /// Checks how a projector takes colours, and its activation.
  func checkProjectorColours() throws(WeightsFault) {
    for (key, allowed) in [("image_mean", -1e3...1e3), ("image_std", 1e-6...1e3)] {
      let key = "clip.vision.\(key)"
      guard let numbers = try array(key, of: .float32) else { throw fault("\(key) is missing") }
      guard numbers.count == 3 else {
        throw fault("\(key) has \(grouped(numbers.count)) elements; three are needed, one per colour")
      }
      for value in numbers.values where !allowed.contains(value) {
        throw fault("\(key) holds \(value); \(allowed.lowerBound) to \(allowed.upperBound) is accepted")
      }
    }
    let usesGELU = try flag("clip.use_gelu") ?? false
    let usesSiLU = try flag("clip.use_silu") ?? false
    guard !usesGELU || !usesSiLU else { throw fault("clip.use_gelu and clip.use_silu are both set") }
  }

  /// Keys that mtmd reads for every projector, and that a family's does not use.
  func refuseForeignProjectorSettings(of family: any ModelFamily) throws(WeightsFault) {
    _ = try number("clip.minicpmv_version", .int32)
    _ = try number("clip.minicpmv_query_num", .uint32)
    _ = try text("clip.vision.mm_patch_merge_type")
    for key in ["image_grid_pinpoints", "feature_layer"] {
      guard self["clip.vision.\(key)"] == nil else {
        throw fault("clip.vision.\(key) is there, which \(family.name)'s projector does not have")
      }
    }
  }
}

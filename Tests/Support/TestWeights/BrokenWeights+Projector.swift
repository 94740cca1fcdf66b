extension BrokenWeights {
  /// Projectors broken in one way each.
  static var brokenProjector: [(String, Change)] {
    var kinds: [(String, Change)] = [
      ("no vision", { $0["clip.has_vision_encoder"] = .bool(false) }),
      (
        "sound only",
        {
          $0["clip.has_vision_encoder"] = nil; $0["clip.has_audio_encoder"] = .bool(true)
        }
      ),
      ("sound as well", { $0["clip.has_audio_encoder"] = .bool(true) }),
      ("vision as a number", { $0["clip.has_vision_encoder"] = .u32(1) }),
      ("another projector type", { $0["clip.projector_type"] = .string("mlp") }),
      ("no projector type", { $0["clip.projector_type"] = nil }),
      ("a projector type that is a number", { $0["clip.projector_type"] = .u32(3) }),
      ("a description that is a number", { $0["general.description"] = .u32(3) }),
      ("patches that do not divide the image", { $0["clip.vision.patch_size"] = .u32(15) }),
      ("patches of 0", { $0["clip.vision.patch_size"] = .u32(0) }),
      ("pooling that does not divide", { $0["clip.vision.projector.scale_factor"] = .u32(3) }),
      ("pooling by 0", { $0["clip.vision.projector.scale_factor"] = .u32(0) }),
      ("an image of 2³¹ pixels a side", { $0["clip.vision.image_size"] = .u32(1 << 31) }),
      (
        "patches of one pixel",
        {
          $0["clip.vision.patch_size"] = .u32(1); $0["clip.vision.image_size"] = .u32(4_096)
        }
      ),
      ("no image size", { $0["clip.vision.image_size"] = nil }),
      ("an image size that is a string", { $0["clip.vision.image_size"] = .string("56") }),
      ("no heads", { $0["clip.vision.attention.head_count"] = .u32(0) }),
      ("heads that do not divide", { $0["clip.vision.attention.head_count"] = .u32(7) }),
      ("key heads unlike heads", { $0["clip.vision.attention.head_count_kv"] = .u32(1) }),
      ("a head width of its own", { $0["clip.vision.attention.head_dim"] = .u32(5) }),
      ("a tower of 100,000 blocks", { $0["clip.vision.block_count"] = .u32(100_000) }),
      ("a tower of 2 blocks where 1 is", { $0["clip.vision.block_count"] = .u32(2) }),
      ("an epsilon that is no number in the tower", { $0["clip.vision.attention.layer_norm_epsilon"] = .f32(.nan) }),
      ("two means", { $0["clip.vision.image_mean"] = .floats([0.5, 0.5]) }),
      ("no deviations", { $0["clip.vision.image_std"] = nil }),
      ("a deviation of 0", { $0["clip.vision.image_std"] = .floats([0.5, 0, 0.5]) }),
      ("means that are integers", { $0["clip.vision.image_mean"] = .integers([0, 0, 0]) }),
      ("two activations", { $0["clip.use_silu"] = .bool(true) }),
      ("feature layers", { $0["clip.vision.feature_layer"] = .integers([-9]) }),
      ("a Mini-CPM version that is a string", { $0["clip.minicpmv_version"] = .string("3") }),
      (
        "a projection that llama-quantize has quantised",
        {
          $0.change("mm.input_projection.weight") {
            $0.type = 8; $0.data = [UInt8](repeating: 0, count: 24 * 34)
          }
        }
      ),
      ("a projection that claims another width", { $0["clip.vision.projection_dim"] = .u32(64) }),
      ("a tower of another width", { $0["clip.vision.embedding_length"] = .u32(32) }),
      ("a bias that is no number", { $0.set(.nan, in: "v.blk.0.ln1.bias") }),
      (
        "too few positions",
        {
          $0.change("v.position_embd.weight") {
            $0.shape[1] = 8; $0.data = Array($0.data.prefix(768))
          }
        }
      ),
      (
        "a quantised patch embedding",
        {
          $0.change("v.patch_embd.bias") {
            $0.type = 1; $0.data = Array($0.data.prefix(48))
          }
        }
      ),
      ("fused attention", { $0.addVector("v.blk.0.attn_qkv.bias", 72, 0) }),
    ]
    kinds += TinyWeights().projector.tensors.map { tensor in
      let name = String(decoding: tensor.name, as: UTF8.self)
      return ("no \(name)", { $0.remove(name) })
    }
    return kinds
  }
}

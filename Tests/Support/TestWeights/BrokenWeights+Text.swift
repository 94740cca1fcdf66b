import Foundation

extension BrokenWeights {
  typealias Change = (inout GGUFWriter) -> Void

  /// Text models broken in one way each.
  static var brokenText: [(String, Change)] {
    lyingHeaders + wrongTextMetadata + wrongVocabularies + wrongTextTensors
  }

  private static var lyingHeaders: [(String, Change)] {
    [
      ("wrong magic", { $0.magic = Array("GGUX".utf8) }),
      ("old GGML magic", { $0.magic = Array("lmgg".utf8) }),
      ("version 0", { $0.version = 0 }),
      ("version 1", { $0.version = 1 }),
      ("version 4", { $0.version = 4 }),
      ("big-endian version", { $0.version = UInt32(3).byteSwapped }),
      ("2⁶³ tensors", { $0.claimedTensors = 1 << 63 }),
      ("2⁶⁴ − 1 tensors", { $0.claimedTensors = .max }),
      ("one tensor too many", { $0.claimedTensors = UInt64($0.tensors.count + 1) }),
      ("one tensor too few", { $0.claimedTensors = UInt64($0.tensors.count - 1) }),
      ("2⁶⁴ − 1 entries", { $0.claimedEntries = .max }),
      ("one entry too many", { $0.claimedEntries = UInt64($0.entries.count + 1) }),
      ("one entry too few", { $0.claimedEntries = UInt64($0.entries.count - 1) }),
      ("an empty key", { $0.entries.append(([], .u32(1))) }),
      ("a key twice", { $0.entries.append((Array("general.name".utf8), .string("again"))) }),
      ("a key with a zero byte", { $0.entries.insert((Array("gemma3.block_count\0".utf8), .u32(9)), at: 0) }),
      ("a key that is not UTF-8", { $0.entries.append(([0xff, 0xfe], .u32(1))) }),
      ("an unknown value type", { $0["general.extra"] = .init(type: 13, bytes: [0]) }),
      ("an array of arrays", { $0["general.extra"] = .array(9, count: 1, littleEndian(UInt64(0))) }),
      ("an array of 2⁶¹ numbers", { $0["general.extra"] = .array(4, count: 1 << 61, []) }),
      ("an array of −1 strings", { $0["general.extra"] = .array(8, count: -1, []) }),
      ("a string of 2⁶³ bytes", { $0["general.extra"] = .init(type: 8, bytes: littleEndian(UInt64(1) << 63)) }),
      ("a string of 1 GB", { $0["general.extra"] = .init(type: 8, bytes: littleEndian(UInt64(1) << 30)) }),
      ("alignment 0", { $0["general.alignment"] = .u32(0) }),
      ("alignment 48", { $0["general.alignment"] = .u32(48) }),
      (
        "alignment 8",
        {
          $0["general.alignment"] = .u32(8); $0.alignment = 8
        }
      ),
      ("alignment 2³¹", { $0["general.alignment"] = .u32(1 << 31) }),
      ("alignment as a string", { $0["general.alignment"] = .string("32") }),
      ("a tensor offset beyond the file", { $0.change("output_norm.weight") { $0.claimedOffset = 1 << 40 } }),
      ("an unaligned tensor offset", { $0.change("output_norm.weight") { $0.claimedOffset = 33 } }),
      ("overlapping tensors", { $0.change("output_norm.weight") { $0.claimedOffset = 0 } }),
      ("no dimensions", { $0.change("output_norm.weight") { $0.shape = [] } }),
      ("five dimensions", { $0.change("output_norm.weight") { $0.shape = [32, 1, 1, 1, 1] } }),
      ("2³² − 1 dimensions", { $0.change("output_norm.weight") { $0.claimedDimensions = .max } }),
      ("a dimension of 0", { $0.change("output_norm.weight") { $0.shape = [0] } }),
      ("a negative dimension", { $0.change("output_norm.weight") { $0.shape = [.max] } }),
      ("dimensions that overflow", { $0.change("output_norm.weight") { $0.shape = [1 << 32, 1 << 32, 2] } }),
      ("a tensor larger than the file", { $0.change("output_norm.weight") { $0.shape = [1 << 40] } }),
      ("an unknown tensor type", { $0.change("output_norm.weight") { $0.type = 99 } }),
      ("a withdrawn tensor type", { $0.change("output_norm.weight") { $0.type = 4 } }),
      ("rows that no block divides", { $0.change("blk.0.attn_q_norm.weight") { $0.type = 8 } }),
      (
        "a tensor name of 64 bytes",
        { $0.change("output_norm.weight") { $0.name = [UInt8](repeating: 0x61, count: 64) } }
      ),
      ("a tensor without a name", { $0.change("output_norm.weight") { $0.name = [] } }),
      ("a tensor twice", { $0.tensors.append($0.tensors[1]) }),
    ]
  }

  private static var wrongTextMetadata: [(String, Change)] {
    var kinds: [(String, Change)] = [
      ("another architecture", { $0["general.architecture"] = .string("llama") }),
      ("no architecture", { $0["general.architecture"] = nil }),
      ("an architecture with a zero byte", { $0["general.architecture"] = .string("gemma3\0n") }),
      ("a number for an architecture", { $0["general.architecture"] = .u32(3) }),
      ("a LoRA adapter", { $0["general.type"] = .string("adapter") }),
      ("an importance matrix", { $0["general.type"] = .string("imatrix") }),
      ("one of three parts", { $0["split.count"] = .u16(3) }),
      ("a split count of another type", { $0["split.count"] = .u32(1) }),
      ("a name that is a number", { $0["general.name"] = .u32(1) }),
      ("a file type that is a string", { $0["general.file_type"] = .string("F16") }),
      ("a Phi name", { $0["general.name"] = .string("Phi-3 mini") }),
      ("a block count of 64 bits", { $0["gemma3.block_count"] = .u64(2) }),
      ("a block count in an array", { $0["gemma3.block_count"] = .integers([2]) }),
      ("a missing epsilon", { $0["gemma3.attention.layer_norm_rms_epsilon"] = nil }),
      ("a negative epsilon", { $0["gemma3.attention.layer_norm_rms_epsilon"] = .f32(-1) }),
      ("an epsilon that is no number", { $0["gemma3.attention.layer_norm_rms_epsilon"] = .f32(.nan) }),
      ("heads that their groups do not divide", { $0["gemma3.attention.head_count_kv"] = .u32(3) }),
      ("no key heads", { $0["gemma3.attention.head_count_kv"] = .u32(0) }),
      ("odd heads", { $0["gemma3.attention.key_length"] = .u32(15) }),
      ("value heads unlike key heads", { $0["gemma3.attention.value_length"] = .u32(8) }),
      ("sliding heads unlike others", { $0["gemma3.attention.key_length_swa"] = .u32(8) }),
      ("rotation wider than a head", { $0["gemma3.rope.dimension_count"] = .u32(64) }),
      ("an unknown rotation", { $0["gemma3.rope.scaling.type"] = .string("mystery") }),
      ("no base of the rotation", { $0["gemma3.rope.freq_base"] = nil }),
      ("a rotation base of 0", { $0["gemma3.rope.freq_base"] = .f32(0) }),
      ("an endless sliding window", { $0["gemma3.attention.sliding_window"] = .u32(.max) }),
      ("a window pattern too long", { $0["gemma3.attention.sliding_window_pattern"] = .flags([true, true, false]) }),
      ("a window that no block uses", { $0["gemma3.attention.sliding_window_pattern"] = .u32(1) }),
      (
        "a window that no block of the list uses",
        { $0["gemma3.attention.sliding_window_pattern"] = .flags([false, false]) }
      ),
      ("experts", { $0["gemma3.expert_count"] = .u32(8) }),
      ("experts in use", { $0["gemma3.expert_used_count"] = .u32(2) }),
      ("prediction layers", { $0["gemma3.nextn_predict_layers"] = .u32(3) }),
      ("pooling", { $0["gemma3.pooling_type"] = .u32(1) }),
      ("an embedding model", { $0["gemma3.attention.causal"] = .bool(false) }),
      ("a classifier", { $0["gemma3.classifier.output_labels"] = .strings([Array("MEL".utf8)]) }),
    ]
    for key in ["context_length", "embedding_length", "block_count", "feed_forward_length", "attention.head_count"] {
      kinds.append(("no \(key)", { $0["gemma3.\(key)"] = nil }))
      kinds.append(("a \(key) of 0", { $0["gemma3.\(key)"] = .u32(0) }))
      kinds.append(("a \(key) of 2³² − 1", { $0["gemma3.\(key)"] = .u32(.max) }))
    }
    return kinds
  }

  private static var wrongVocabularies: [(String, Change)] {
    let count = TinyWeights.pieces.count
    var kinds: [(String, Change)] = [
      ("another tokenizer", { $0["tokenizer.ggml.model"] = .string("gpt2") }),
      ("no tokenizer", { $0["tokenizer.ggml.model"] = nil }),
      ("no pieces", { $0["tokenizer.ggml.tokens"] = nil }),
      ("an empty vocabulary", { $0["tokenizer.ggml.tokens"] = .strings([]) }),
      ("pieces that are numbers", { $0["tokenizer.ggml.tokens"] = .integers([1, 2]) }),
      ("a piece too few", { $0.change { $0 == Array("work".utf8) ? nil : $0 } }),
      ("an empty piece", { $0.rename(piece: "work", to: "") }),
      ("two pieces the same", { $0.rename(piece: "work", to: "the") }),
      ("two pieces the same up to a zero byte", { $0.rename(piece: "work", to: "the\0") }),
      ("a piece of 2,000 bytes", { $0.rename(piece: "work", to: String(repeating: "x", count: 2_000)) }),
      ("a byte without a piece", { $0.rename(piece: "<0xE9>", to: "<0xe9>") }),
      ("a byte piece that is none", { $0.rename(piece: "<0x41>", to: "<") }),
      ("no turn marker", { $0.rename(piece: "<end_of_turn>", to: "<end_of_time>") }),
      (
        "neither a bos identifier nor its piece",
        {
          $0["tokenizer.ggml.bos_token_id"] = nil; $0.rename(piece: "<bos>", to: "<begin>")
        }
      ),
      ("a bos identifier that is another piece's", { $0["tokenizer.ggml.bos_token_id"] = .u32(1) }),
      ("no scores", { $0["tokenizer.ggml.scores"] = nil }),
      ("a score that is no number", { $0["tokenizer.ggml.scores"] = .floats([Float](repeating: .nan, count: count)) }),
      ("no token types", { $0["tokenizer.ggml.token_type"] = nil }),
      ("too few token types", { $0["tokenizer.ggml.token_type"] = .integers([1, 2]) }),
      ("an unknown token type", { $0["tokenizer.ggml.token_type"] = .integers([Int32](repeating: 7, count: count)) }),
      ("a truth value that is a number", { $0["tokenizer.ggml.add_bos_token"] = .u32(1) }),
    ]
    for role in ["bos", "eos", "unknown", "padding"] {
      kinds.append(("\(role) out of range", { $0["tokenizer.ggml.\(role)_token_id"] = .u32(UInt32(count)) }))
    }
    return kinds
  }

  private static var wrongTextTensors: [(String, Change)] {
    var kinds: [(String, Change)] = TinyWeights(blocks: 1).text.tensors.map { tensor in
      let name = String(decoding: tensor.name, as: UTF8.self)
      return ("no \(name)", { $0.remove(name) })
    }
    kinds += [
      ("a transposed matrix", { $0.change("blk.0.ffn_up.weight") { $0.shape.reverse() } }),
      ("a foreign tensor", { $0.addVector("rope_freqs.weight", 8, 1) }),
      ("an Ollama vision tower", { $0.addVector("v.patch_embedding.bias", 8, 1) }),
      ("a bias", { $0.addVector("blk.0.attn_q.bias", 32, 0) }),
      ("a norm in integers", { $0.change("output_norm.weight") { $0.type = 26 } }),
      (
        "a matrix in doubles",
        {
          $0.change("blk.0.attn_k.weight") {
            $0.type = 28; $0.data += $0.data
          }
        }
      ),
      ("a norm that is no number", { $0.set(.nan, in: "blk.1.attn_norm.weight") }),
      ("an infinite norm", { $0.set(.infinity, in: "output_norm.weight") }),
      (
        "an embedding row too many",
        {
          $0.change("token_embd.weight") {
            $0.shape[1] += 1
            $0.data += [UInt8](repeating: 0, count: 128)
          }
        }
      ),
    ]
    return kinds
  }
}

import Foundation

/// LoRA adapters that must be refused, each broken in one way.
package struct BrokenAdapters {
  package typealias Change = (inout GGUFWriter) -> Void

  /// A tensor of the tiny adapter, without `.lora_a` or `.lora_b`; its matrix is 32 × 32 in every base.
  private static let matrix = "blk.0.attn_q.weight"

  /// The family of the base, as people and files call it.
  package let family: (name: String, architecture: String)
  /// The base's text model, which is to be written as `tiny.gguf`.
  package let base: GGUFWriter
  private let own: [(String, String, Change)]

  /// Those of each family; of Gemma 4 also as a mixture of experts.
  package static var all: [BrokenAdapters] {
    let (qwen, gemma4) = (("Qwen2.5-VL", "qwen2vl"), ("Gemma 4", "gemma4"))
    return [
      BrokenAdapters(family: ("Gemma 3", "gemma3"), base: TinyWeights().text, own: []),
      BrokenAdapters(family: qwen, base: TinyQwen25VL().text, own: ofQwen25VL),
      BrokenAdapters(family: gemma4, base: TinyGemma4().text, own: ofGemma4),
      BrokenAdapters(family: gemma4, base: TinyGemma4(experts: 5).text, own: ofExperts),
    ]
  }

  /// Each with what the reason must say.
  private var changes: [(name: String, reason: String, change: Change)] {
    kinds + Self.tensors + Self.headers + own
  }

  private var kinds: [(String, String, Change)] {
    let base = base
    return [
      ("a whole model", "is a whole model; give it with --model", { $0 = base }),
      ("a projector", "is a projector; give it with --mmproj", { $0 = TinyWeights().projector }),
      ("no type", "general.type is missing, not \"adapter\"", { $0["general.type"] = nil }),
      ("an importance matrix", "general.type is \"imatrix\"", { $0["general.type"] = .string("imatrix") }),
      ("a type that is a number", "general.type is", { $0["general.type"] = .u32(1) }),
      ("no architecture", "general.architecture is missing", { $0["general.architecture"] = nil }),
      (
        "another architecture",
        "is an adapter for the architecture \"llama\", but tiny.gguf is \(family.name) (\"\(family.architecture)\")",
        { $0["general.architecture"] = .string("llama") }
      ),
      ("an architecture that is a number", "general.architecture is", { $0["general.architecture"] = .f32(3) }),
      ("no adapter type", "adapter.type is missing, not \"lora\"", { $0["adapter.type"] = nil }),
      ("a control vector", "adapter.type is \"control_vector\"", { $0["adapter.type"] = .string("control_vector") }),
      ("an adapter type that is a flag", "adapter.type is", { $0["adapter.type"] = .bool(true) }),
      ("no alpha", "adapter.lora.alpha is missing", { $0["adapter.lora.alpha"] = nil }),
      ("an alpha of 0", "adapter.lora.alpha is 0.0", { $0["adapter.lora.alpha"] = .f32(0) }),
      ("a negative alpha", "adapter.lora.alpha is -8.0", { $0["adapter.lora.alpha"] = .f32(-8) }),
      ("an alpha that is no number", "adapter.lora.alpha is nan", { $0["adapter.lora.alpha"] = .f32(.nan) }),
      ("an infinite alpha", "adapter.lora.alpha is inf", { $0["adapter.lora.alpha"] = .f32(.infinity) }),
      ("an alpha of 64 bits", "adapter.lora.alpha is", { $0["adapter.lora.alpha"] = .f64(8) }),
      ("an alpha that is a string", "adapter.lora.alpha is", { $0["adapter.lora.alpha"] = .string("8") }),
      (
        "an adapter with words of its own", "acts only after words of its own",
        { $0["adapter.alora.invocation_tokens"] = .array(4, count: 1, littleEndian(UInt32(5))) }
      ),
    ]
  }

  private static var tensors: [(String, String, Change)] {
    let (a, b) = (matrix + ".lora_a", matrix + ".lora_b")
    return [
      ("no tensors", "changes nothing", { $0.tensors = [] }),
      ("A without B", "has A for \"\(matrix)\", but not B", { $0.remove(b) }),
      ("B without A", "has B for \"\(matrix)\", but not A", { $0.remove(a) }),
      (
        "a block that the base does not have", "tiny.gguf does not have; it was made for another model",
        { rename(&$0, "blk.0.attn_q", "blk.9.attn_q") }
      ),
      (
        "a matrix that the base does not have", "does not have; it was made for another model",
        { rename(&$0, "blk.0.attn_q", "blk.0.ffn_gate_exps") }
      ),
      (
        "the embedding", "only the matrices of the blocks can be changed",
        { rename(&$0, "blk.0.attn_q", "token_embd") }
      ),
      ("a norm", "leave a changed norm out in silence", { $0.addVector("blk.0.attn_norm.weight", 32, 1) }),
      (
        "a norm as a pair", "only the matrices of the blocks can be changed",
        { rename(&$0, "blk.0.attn_q", "blk.0.attn_norm") }
      ),
      ("another tensor", "is neither an A nor a B", { $0.addVector("blk.0.attn_q.weight.lora_c", 4, 1) }),
      ("a magnitude of DoRA", "is neither an A nor a B", { $0.addVector("blk.0.attn_q.weight.lora_magnitude", 4, 1) }),
      ("a narrower base", "that of tiny.gguf is 32 × 32", { resize(&$0, a, [16, 4]) }),
      ("a wider base", "that of tiny.gguf is 32 × 32", { resize(&$0, a, [48, 4]) }),
      ("fewer heads", "that of tiny.gguf is 32 × 32", { resize(&$0, b, [4, 16]) }),
      ("more heads", "that of tiny.gguf is 32 × 32", { resize(&$0, b, [4, 64]) }),
      ("more blocks", "does not have", { rename(&$0, "blk.1.", "blk.7.") }),
      (
        "an enormous rank", "has the rank 4,097; at most 4,096",
        {
          resize(&$0, a, [32, 4_097]); resize(&$0, b, [4_097, 32])
        }
      ),
      ("the vision tower", "llama.cpp applies adapters to the text model only", { rename(&$0, "blk.0.", "v.blk.0.") }),
      (
        "the projection", "llama.cpp applies adapters to the text model only",
        { rename(&$0, "blk.0.attn_q", "mm.input_projection") }
      ),
      (
        "ranks that differ", "has the rank 4, B the rank 2",
        {
          $0.change(b) {
            $0.shape = [2, 32]; $0.data.removeLast(256)
          }
        }
      ),
      ("A the other way round", "changes a matrix", { $0.change(a) { $0.shape.reverse() } }),
      ("B the other way round", "changes a matrix", { $0.change(b) { $0.shape.reverse() } }),
      ("A in one dimension", "which is no matrix", { $0.change(a) { $0.shape = [128] } }),
      ("B in three dimensions", "which is no matrix", { $0.change(b) { $0.shape = [4, 32, 1] } }),
      ("whole numbers", "is in the format I32", { $0.change(a) { $0.type = 26 } }),
      (
        "8-bit blocks", "is in the format Q8_0",
        {
          $0.change(a) {
            $0.type = 8; $0.data = [UInt8](repeating: 0, count: 4 * 34)
          }
        }
      ),
      ("a value that is no number", "holds values that are not finite", { $0.set(.nan, in: a) }),
      ("an infinite value", "holds values that are not finite", { $0.set(-.infinity, in: b) }),
      (
        "an infinite half", "holds values that are not finite",
        {
          $0.change(b) {
            $0.type = 1; $0.data = [0, 0x7C] + [UInt8](repeating: 0, count: 254)
          }
        }
      ),
    ]
  }

  private static var headers: [(String, String, Change)] {
    let a = matrix + ".lora_a"
    return [
      ("wrong magic", "is not a GGUF file", { $0.magic = Array("GGUX".utf8) }),
      ("version 1", "is GGUF version 1", { $0.version = 1 }),
      ("2⁶³ tensors", "tensors, more than its", { $0.claimedTensors = 1 << 63 }),
      ("one tensor too many", "", { $0.claimedTensors = UInt64($0.tensors.count + 1) }),
      ("one entry too many", "", { $0.claimedEntries = UInt64($0.entries.count + 1) }),
      ("a tensor twice", "occurs twice", { $0.tensors.append($0.tensors[0]) }),
      ("a key twice", "occurs twice", { $0.entries.append((Array("adapter.type".utf8), .string("lora"))) }),
      (
        "an offset beyond the file", "claims to begin",
        { $0.change("blk.1.attn_q.weight.lora_a") { $0.claimedOffset = 1 << 40 } }
      ),
      ("overlapping tensors", "claims to begin", { $0.change("blk.1.attn_q.weight.lora_a") { $0.claimedOffset = 0 } }),
      ("data that end early", "inside the data of tensor", { $0.tensors[$0.tensors.count - 1].data.removeLast(9) }),
      ("a dimension of 0", "has a dimension of 0", { $0.change(a) { $0.shape = [32, 0] } }),
      ("dimensions that overflow", "", { $0.change(a) { $0.shape = [1 << 32, 1 << 32] } }),
      ("a tensor larger than the file", "does not fit", { $0.change(a) { $0.shape = [32, 1 << 40] } }),
      ("an unknown tensor type", "has the unknown type 99", { $0.change(a) { $0.type = 99 } }),
    ]
  }

  /// Gives a tensor of 32-bit numbers another shape, and as many zeros.
  static func resize(_ writer: inout GGUFWriter, _ name: String, _ shape: [UInt64]) {
    writer.change(name) {
      $0.shape = shape
      $0.data = [UInt8](repeating: 0, count: Int(shape.reduce(4, *)))
    }
  }

  static func rename(_ writer: inout GGUFWriter, _ old: String, _ new: String) {
    for index in writer.tensors.indices {
      let name = String(decoding: writer.tensors[index].name, as: UTF8.self)
      writer.tensors[index].name = Array(name.replacingOccurrences(of: old, with: new).utf8)
    }
  }

  /// Writes every kind into a folder.
  package func write(into folder: URL) throws -> [(name: String, reason: String, path: String)] {
    let good = TinyAdapter(of: base).file
    var files: [(String, String, String)] = []
    func file(_ name: String, _ reason: String, _ bytes: [UInt8]) throws {
      let path = folder.appendingPathComponent("adapter-\(files.count).gguf")
      try Data(bytes).write(to: path)
      files.append((name, reason, path.path))
    }
    for (name, reason, change) in changes {
      var writer = good
      change(&writer)
      try file(name, reason, writer.file)
    }
    for count in [0, 3, 16, 24, 100, good.header.count - 1, good.file.count - 1] {
      try file("truncated to \(count) bytes", "", Array(good.file.prefix(count)))
    }
    try file("a safetensors file", "is not a GGUF file", littleEndian(UInt64(60)) + Array("{\"base_model\": 1}".utf8))
    files.append(("a missing file", "cannot be read", folder.appendingPathComponent("none.gguf").path))
    files.append(("a folder", "is a folder", folder.path))
    files.append(("a device", "is not a regular file", "/dev/zero"))
    return files
  }
}

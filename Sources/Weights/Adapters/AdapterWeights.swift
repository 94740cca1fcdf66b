import Foundation
import TextOutput

/// A LoRA adapter in a GGUF file, as llama.cpp's `convert_lora_to_gguf.py` writes it, checked so thoroughly against its text model
/// that llama.cpp cannot abort on it, or apply only a part of it in silence.
public struct AdapterWeights: Sendable {
  /// What is added to one matrix: B·A, scaled.
  public struct Target: Sendable {
    /// The matrix of the text model, as in `blk.0.attn_q.weight`.
    public let matrix: String
    /// The rows of A and the columns of B.
    public let rank: Int
    let a: TensorDescription
    let b: TensorDescription
  }

  /// The file.
  public let file: GGUFFile
  /// The adapter's name: the file's own, which tells more than the base model's name that many carry.
  public let name: String
  /// The strength that it was trained with; B·A is multiplied by this over the rank.
  public let alpha: Double
  /// The matrices that it changes, by name.
  public let targets: [Target]

  /// The path as the caller gave it.
  public var path: String { file.path }

  /// Opens and checks a file.
  ///
  /// - Parameters:
  ///   - path: the file's.
  ///   - text: the model that it is for.
  /// - Throws: ``WeightsFault`` when it is missing, broken, no LoRA adapter, or one for another model.
  public init(path: String, for text: TextWeights) throws(WeightsFault) {
    let file = try GGUFFile(path: path)
    try Self.checkKind(of: file.metadata, for: text)
    guard let alpha = try file.metadata.real("adapter.lora.alpha", in: Self.alphas) else {
      throw file.metadata.fault("adapter.lora.alpha is missing, so its strength is not known")
    }
    let targets = try Self.targets(of: file, for: text)
    for target in targets { for tensor in [target.a, target.b] { try Self.checkNumbers(of: tensor, in: file) } }
    self.file = file
    self.alpha = alpha
    self.targets = targets
    name = URL(fileURLWithPath: path).lastPathComponent
  }

  /// llama.cpp takes an alpha of 0 for none, and leaves the rank out of account.
  private static let alphas = 1e-6...1e6

  // MARK: Metadata

  private static func checkKind(of metadata: GGUFMetadata, for text: TextWeights) throws(WeightsFault) {
    // llama.cpp reads these with accessors that abort on another type.
    let (type, architecture) = (try metadata.text("general.type"), try metadata.text("general.architecture"))
    let kind = try metadata.text("adapter.type")
    guard type == "adapter" else {
      let hint = ["model": "is a whole model; give it with --model", "mmproj": "is a projector; give it with --mmproj"]
      throw metadata.fault(
        type.flatMap { hint[$0] }
          ?? "is no LoRA adapter: general.type is \(type.map { quoted($0) } ?? "missing"), not \"adapter\"")
    }
    guard let architecture else { throw metadata.fault("general.architecture is missing") }
    guard architecture == text.family.architecture else {
      throw metadata.fault(
        "is an adapter for the architecture \(quoted(architecture)), but \(base(text)) is \(text.family.name) "
          + "(\"\(text.family.architecture)\")")
    }
    guard kind == "lora" else {
      throw metadata.fault("adapter.type is \(kind.map { quoted($0) } ?? "missing"), not \"lora\"")
    }
    for key in ["adapter.alora.invocation_tokens", "adapter.lora.prompt_prefix"] where metadata[key] != nil {
      throw metadata.fault("\(key) is there: it acts only after words of its own, which is not supported")
    }
  }

  private static func base(_ text: TextWeights) -> String { URL(fileURLWithPath: text.path).lastPathComponent }

  // MARK: Tensors

  private static func targets(of file: GGUFFile, for text: TextWeights) throws(WeightsFault) -> [Target] {
    func fault(_ reason: String) -> WeightsFault { file.metadata.fault(reason) }
    let matrices = Dictionary(text.file.tensors.map { ($0.name, $0) }) { first, _ in first }
    var pairs: [String: (a: TensorDescription?, b: TensorDescription?)] = [:]
    for tensor in file.tensors {
      if tensor.name.hasSuffix(".lora_a") {
        pairs[String(tensor.name.dropLast(7)), default: (nil, nil)].a = tensor
      } else if tensor.name.hasSuffix(".lora_b") {
        pairs[String(tensor.name.dropLast(7)), default: (nil, nil)].b = tensor
      } else {
        throw fault(
          "the tensor \(quoted(tensor.name)) is neither an A nor a B of a LoRA adapter"
            + (tensor.name.hasSuffix("norm.weight") ? "; llama.cpp would leave a changed norm out in silence" : ""))
      }
    }
    guard !pairs.isEmpty else { throw fault("changes nothing: it has no tensors") }
    var targets: [Target] = []
    for (name, pair) in pairs.sorted(by: { $0.key < $1.key }) {
      guard let a = pair.a, let b = pair.b else {
        throw fault("has \(pair.a == nil ? "B" : "A") for \(quoted(name)), but not \(pair.a == nil ? "A" : "B")")
      }
      guard let matrix = matrices[name] else {
        if ["v.", "mm.", "a."].contains(where: name.hasPrefix) {
          throw fault(
            "changes \(quoted(name)) of the projector; llama.cpp applies adapters to the text model only, so train it "
              + "without the vision tower")
        }
        throw fault("changes \(quoted(name)), which \(base(text)) does not have; it was made for another model")
      }
      // The embedding serves as the output too in many models, where llama.cpp multiplies the two the other way round.
      guard name.hasPrefix("blk."), matrix.shape.count == 2 else {
        let hint = name.contains("_exps.") ? ", and not their experts" : ""
        throw fault("changes \(quoted(name)); only the matrices of the blocks can be changed\(hint)")
      }
      targets.append(try target(name, a, b, matrix, fault, base: base(text)))
    }
    return targets
  }

  private static func target(
    _ name: String, _ a: TensorDescription, _ b: TensorDescription, _ matrix: TensorDescription,
    _ fault: (String) -> WeightsFault, base: String
  ) throws(WeightsFault) -> Target {
    func spoken(_ shape: [Int]) -> String { shape.map { grouped($0) }.joined(separator: " × ") }
    for tensor in [a, b] {
      guard [.f32, .f16, .bf16].contains(tensor.type) else {
        throw fault("the tensor \(tensor.name) is in the format \(tensor.type.name); F32, F16 or BF16 is needed")
      }
      guard tensor.shape.count == 2 else {
        throw fault("the tensor \(tensor.name) is \(spoken(tensor.shape)), which is no matrix")
      }
    }
    guard a.shape[0] == matrix.shape[0], b.shape[1] == matrix.shape[1] else {
      throw fault(
        "changes a matrix \(name) of \(a.shape[0]) × \(b.shape[1]), but that of \(base) is \(spoken(matrix.shape)); "
          + "it was made for another model")
    }
    guard a.shape[1] == b.shape[0] else {
      throw fault("A of \(name) has the rank \(grouped(a.shape[1])), B the rank \(grouped(b.shape[0]))")
    }
    guard ranks.contains(a.shape[1]) else {
      throw fault("\(name) has the rank \(grouped(a.shape[1])); at most \(grouped(ranks.upperBound)) is accepted")
    }
    return Target(matrix: name, rank: a.shape[1], a: a, b: b)
  }

  private static let ranks = 1...4096

  private static func checkNumbers(of tensor: TensorDescription, in file: GGUFFile) throws(WeightsFault) {
    guard try file.floats(of: tensor).allSatisfy(\.isFinite) else {
      throw file.metadata.fault("the tensor \(tensor.name) holds values that are not finite numbers")
    }
  }
}

extension GGUFFile {
  /// The numbers of a tensor in F32, F16 or BF16; none of one in another format.
  func floats(of tensor: TensorDescription) throws(WeightsFault) -> [Float] {
    let bytes = try file.bytes(at: tensor.offset, count: tensor.size)
    return bytes.withUnsafeBytes { buffer in
      func short(_ offset: Int) -> UInt16 {
        UInt16(littleEndian: buffer.loadUnaligned(fromByteOffset: offset, as: UInt16.self))
      }
      switch tensor.type {
      case .f32:
        return stride(from: 0, to: buffer.count - 3, by: 4).map { offset in
          Float(bitPattern: UInt32(littleEndian: buffer.loadUnaligned(fromByteOffset: offset, as: UInt32.self)))
        }
      case .bf16:
        return stride(from: 0, to: buffer.count - 1, by: 2).map { Float(bitPattern: UInt32(short($0)) << 16) }
      case .f16: return stride(from: 0, to: buffer.count - 1, by: 2).map { Float(halfBits: short($0)) }
      default: return []
      }
    }
  }
}

extension Float {
  /// The number of an IEEE 754 half (binary16): `Float16` is not there on every processor.
  init(halfBits bits: UInt16) {
    let (sign, exponent, fraction) = (UInt32(bits >> 15) << 31, UInt32(bits >> 10) & 0x1F, UInt32(bits) & 0x3FF)
    switch exponent {
    case 0:
      let magnitude = Float(fraction) * 0x1p-24
      self = sign == 0 ? magnitude : -magnitude
    case 31: self.init(bitPattern: sign | 0x7F80_0000 | fraction << 13)
    default: self.init(bitPattern: sign | (exponent + 112) << 23 | fraction << 13)
    }
  }
}

import Foundation
import TextOutput

/// Checks a file's tensors against what an architecture needs: each present, with the right shape and format, and no
/// others.
struct TensorChecklist {
  private let file: GGUFFile
  private var unclaimed: [String: TensorDescription]

  init(_ file: GGUFFile) {
    self.file = file
    unclaimed = Dictionary(file.tensors.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
  }

  /// Whether a tensor is there and not yet ticked off.
  func has(_ name: String) -> Bool { unclaimed[name] != nil }

  /// The shape of a tensor that is there and not yet ticked off.
  func shape(of name: String) -> [Int]? { unclaimed[name]?.shape }

  /// Ticks off a tensor of this shape, fastest-varying dimension first, in one of these formats.
  ///
  /// - Parameter remedy: what the user can do about a quantised one, for the message.
  @discardableResult
  mutating func need(
    _ name: String, _ shape: [Int], in formats: Set<TensorType>, remedy: String? = nil
  ) throws(WeightsFault) -> TensorDescription {
    guard let tensor = unclaimed.removeValue(forKey: name) else {
      throw file.metadata.fault("the tensor \(name) is missing")
    }
    guard tensor.shape.trimmed == shape.trimmed else {
      throw file.metadata.fault("the tensor \(name) is \(tensor.shape.spoken); \(shape.spoken) is needed")
    }
    guard formats.contains(tensor.type) else {
      let hint = tensor.type.blockValues > 1 ? remedy.map { "; \($0)" } ?? "" : ""
      throw file.metadata.fault(
        "the tensor \(name) is in the format \(tensor.type.name), which cannot be used there" + hint)
    }
    return tensor
  }

  /// Ticks off a vector of 32-bit floats (ggml's element-wise kernels abort on other formats) that are all finite.
  mutating func needVector(_ name: String, _ length: Int) throws(WeightsFault) {
    let tensor = try need(name, [length], in: [.f32])
    let bytes = try file.file.bytes(at: tensor.offset, count: tensor.size)
    let isFinite = bytes.withUnsafeBytes { buffer in
      stride(from: 0, to: buffer.count - 3, by: 4).allSatisfy { offset in
        Float(bitPattern: UInt32(littleEndian: buffer.loadUnaligned(fromByteOffset: offset, as: UInt32.self))).isFinite
      }
    }
    guard isFinite else { throw file.metadata.fault("the tensor \(name) holds values that are not finite numbers") }
  }

  /// Ticks off what every text model begins and ends with: the pieces' embeddings, the last norm, and the output's matrix
  /// where it is not the embeddings once more.
  mutating func needEmbeddings(width: Int, vocabularySize: Int) throws(WeightsFault) {
    if let rows = shape(of: "token_embd.weight")?.last, rows != vocabularySize {
      throw file.metadata.fault(
        "token_embd.weight has \(grouped(rows)) rows for a vocabulary of \(grouped(vocabularySize)) pieces")
    }
    try need("token_embd.weight", [width, vocabularySize], in: TensorType.matrixFormats)
    try needVector("output_norm.weight", width)
    guard has("output.weight") else { return }
    try need("output.weight", [width, vocabularySize], in: TensorType.matrixFormats)
  }

  /// Ticks off the tensors of a tower for sound, where the file says that it has one.
  mutating func leaveSoundOut() throws(WeightsFault) {
    guard try file.metadata.flag(GGUFFile.soundKey) ?? false else { return }
    unclaimed = unclaimed.filter { !$0.value.isForSound }
  }

  /// Checks that every tensor has been ticked off.
  ///
  /// - Parameter explanation: what a leftover name suggests, for the message.
  func finish(_ explanation: (String) -> String?) throws(WeightsFault) {
    guard let extra = file.tensors.first(where: { unclaimed[$0.name] != nil }) else { return }
    let hint = explanation(extra.name).map { " (\($0))" } ?? ""
    throw file.metadata.fault("the tensor \(quoted(extra.name)) does not belong there\(hint)")
  }
}

extension [Int] {
  /// Without trailing ones, which ggml does not tell apart from absent dimensions.
  fileprivate var trimmed: ArraySlice<Int> {
    var shape = self[...]
    while shape.count > 1, shape.last == 1 { shape.removeLast() }
    return shape
  }

  /// As a message shows it: "2,560 × 262,144".
  fileprivate var spoken: String { map { grouped($0) }.joined(separator: " × ") }
}

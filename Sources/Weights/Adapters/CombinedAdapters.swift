/// Several adapters of one model as one: for each matrix the rows of all A below each other, and the columns of all B, scaled,
/// beside each other.
///
/// llama.cpp adds the parts of several adapters in an order that depends on where they are in memory, and the order changes the
/// last bits of a sum. One adapter has no order.
public struct CombinedAdapters: Sendable {
  private struct Part {
    var a: [Float]
    var b: [Float]
    var rank: Int
  }

  /// A GGUF file's bytes, to be used with a scale of 1.
  public let bytes: [UInt8]

  /// Combines adapters that were checked against the same model.
  ///
  /// - Parameters:
  ///   - adapters: with the scale of each.
  ///   - architecture: the model's.
  /// - Throws: `WeightsFault` when a file cannot be read any more.
  public init(_ adapters: [(weights: AdapterWeights, scale: Double)], architecture: String) throws(WeightsFault) {
    var parts: [String: [Part]] = [:]
    for (weights, scale) in adapters {
      for target in weights.targets {
        let factor = Float(scale * weights.alpha / Double(target.rank))
        parts[target.matrix, default: []].append(
          Part(
            a: try weights.file.floats(of: target.a), b: try weights.file.floats(of: target.b).map { $0 * factor },
            rank: target.rank))
      }
    }
    var tensors: [(name: String, shape: [Int], numbers: [Float])] = []
    for (name, parts) in parts.sorted(by: { $0.key < $1.key }) {
      let rank = parts.reduce(0) { $0 + $1.rank }
      let a = parts.flatMap(\.a)
      let rows = (parts.first.map { $0.b.count / $0.rank }) ?? 0
      var b: [Float] = []
      b.reserveCapacity(rows * rank)
      for row in 0..<rows { for part in parts { b += part.b[row * part.rank..<(row + 1) * part.rank] } }
      tensors.append((name + ".lora_a", [a.count / max(rank, 1), rank], a))
      tensors.append((name + ".lora_b", [rank, rows], b))
    }
    bytes = Self.file(tensors, architecture: architecture)
  }

  private static func file(
    _ tensors: [(name: String, shape: [Int], numbers: [Float])], architecture: String
  ) -> [UInt8] {
    func little(_ number: some FixedWidthInteger) -> [UInt8] { withUnsafeBytes(of: number.littleEndian) { Array($0) } }
    func text(_ text: String) -> [UInt8] { little(UInt64(text.utf8.count)) + Array(text.utf8) }
    func padded(_ count: Int) -> Int { (count + 31) / 32 * 32 }
    let words = [
      ("general.type", "adapter"), ("general.architecture", architecture), ("adapter.type", "lora"),
    ]
    var bytes = Array("GGUF".utf8) + little(UInt32(3)) + little(UInt64(tensors.count)) + little(UInt64(words.count))
    // 8 is a string, 0 a tensor of 32-bit floats. Without an alpha the scale is what the caller says.
    for (key, value) in words { bytes += text(key) + little(UInt32(8)) + text(value) }
    var offset = 0
    for tensor in tensors {
      bytes += text(tensor.name) + little(UInt32(tensor.shape.count))
      for length in tensor.shape { bytes += little(UInt64(length)) }
      bytes += little(UInt32(0)) + little(UInt64(offset))
      offset += padded(tensor.numbers.count * 4)
    }
    for tensor in tensors {
      bytes += [UInt8](repeating: 0, count: padded(bytes.count) - bytes.count)
      bytes.reserveCapacity(bytes.count + tensor.numbers.count * 4)
      for number in tensor.numbers { bytes += little(number.bitPattern) }
    }
    return bytes
  }
}

import Foundation
import TestWeights
import Testing

/// Shapes and precisions of the tiny model, so that llama.cpp multiplies with each of its kernels.
enum TinyWeightsKind: String, CaseIterable, CustomTestStringConvertible {
  /// 32 and 16-bit numbers, some matrices of odd sizes that no blocked kernel takes.
  case mixed
  /// Every matrix's sizes are multiples of 32, in 16-bit numbers: blocked kernels take all of them.
  case even
  /// The same in blocks of 32 8-bit numbers, as MedGemma's usual file has them.
  case blocks

  var testDescription: String { rawValue }

  private var weights: TinyWeights {
    var weights = TinyWeights()
    guard self != .mixed else { return weights }
    weights.width = 96
    weights.heads = 3
    weights.headWidth = 32
    weights.feedForward = 160
    weights.towerWidth = 64
    weights.towerFeedForward = 128
    return weights
  }

  /// Writes both files into a folder.
  ///
  /// - Returns: their paths.
  func write(into folder: URL) throws -> (text: String, projector: String) {
    let paths = try weights.write(into: folder)
    guard self != .mixed else { return paths }
    var text = weights.text
    for index in text.tensors.indices { text.tensors[index].repack(as: self) }
    try Data(text.file).write(to: URL(fileURLWithPath: paths.text))
    return paths
  }
}

extension GGUFWriter.Tensor {
  /// Writes a matrix in another precision; leaves vectors as they are.
  fileprivate mutating func repack(as kind: TinyWeightsKind) {
    guard shape.count == 2, shape[0] % 32 == 0 else { return }
    let numbers = numbers
    if kind == .even {
      type = 1
      data = numbers.flatMap { littleEndian(Float16($0).bitPattern) }
      return
    }
    type = 8
    data = []
    for start in stride(from: 0, to: numbers.count, by: 32) {
      let block = numbers[start..<start + 32]
      let step = (block.map(abs).max() ?? 0) / 127
      data += littleEndian(Float16(step).bitPattern)
      data += block.map { UInt8(bitPattern: step == 0 ? 0 : Int8(($0 / step).rounded())) }
    }
  }

  private var numbers: [Float] {
    data.withUnsafeBytes { bytes in
      if type == 1 { return bytes.bindMemory(to: Float16.self).map(Float.init) }
      return Array(bytes.bindMemory(to: Float.self))
    }
  }
}

import CLlama
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
  /// The same in blocks of 32 4 or 5-bit numbers, one type after another.
  case smallBlocks
  /// In blocks of 256 numbers, as files like Q4_K_M have them, one type after another.
  case superblocks

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
    guard self == .superblocks else { return weights }
    weights.width = 256
    weights.heads = 4
    weights.headWidth = 64
    weights.feedForward = 512
    return weights
  }

  /// Its matrices' types by turns.
  private var types: [ggml_type] {
    switch self {
    case .mixed: []
    case .even: [GGML_TYPE_F16]
    case .blocks: [GGML_TYPE_Q8_0]
    case .smallBlocks: [GGML_TYPE_Q4_0, GGML_TYPE_Q5_0, GGML_TYPE_IQ4_NL]
    case .superblocks: [GGML_TYPE_Q4_K, GGML_TYPE_Q6_K, GGML_TYPE_Q5_K, GGML_TYPE_IQ4_XS, GGML_TYPE_Q3_K]
    }
  }

  /// Writes both files into a folder.
  ///
  /// - Returns: their paths.
  func write(into folder: URL) throws -> (text: String, projector: String) {
    let paths = try weights.write(into: folder)
    guard self != .mixed else { return paths }
    var text = weights.text
    var matrices = 0
    for index in text.tensors.indices where text.tensors[index].shape.count == 2 {
      text.tensors[index].repack(as: types[matrices % types.count])
      matrices += 1
    }
    try Data(text.file).write(to: URL(fileURLWithPath: paths.text))
    return paths
  }
}

extension GGUFWriter.Tensor {
  /// Writes a matrix in another precision, by llama.cpp's own code.
  fileprivate mutating func repack(as kind: ggml_type) {
    let (numbers, columns) = (numbers, Int64(shape[0]))
    let rows = Int64(numbers.count) / columns
    data = [UInt8](repeating: 0, count: ggml_row_size(kind, columns) * Int(rows))
    #expect(ggml_quantize_chunk(kind, numbers, &data, 0, rows, columns, nil) == data.count)
    type = kind.rawValue
  }

  private var numbers: [Float] {
    data.withUnsafeBytes { bytes in
      if type == 1 { return bytes.bindMemory(to: Float16.self).map(Float.init) }
      return Array(bytes.bindMemory(to: Float.self))
    }
  }
}

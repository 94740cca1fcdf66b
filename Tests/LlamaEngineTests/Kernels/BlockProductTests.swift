import CLlama
import Foundation
import TestWeights
import Testing

/// Products of quantised weights (kernels/block-product.cpp), in every variant that was built and that this processor can run.
@Suite(.serialized, .timeLimit(.minutes(5))) struct BlockProductTests {
  /// A type of weights.
  struct Format: CustomTestStringConvertible, Sendable {
    let type: ggml_type
    var testDescription: String { String(cString: ggml_type_name(type)) }
  }

  /// Those of our kernels, and some that are left to llama.cpp's.
  static let formats = [
    GGML_TYPE_Q8_0, GGML_TYPE_Q4_0, GGML_TYPE_Q5_0, GGML_TYPE_IQ4_NL, GGML_TYPE_Q4_K, GGML_TYPE_Q5_K, GGML_TYPE_Q6_K,
    GGML_TYPE_IQ4_XS, GGML_TYPE_Q3_K, GGML_TYPE_Q4_1,
  ].map(Format.init)

  /// Sizes that are no multiples of a vector (8, 16), a strip (16, 32), a slab (512) or a tile (2, 6 columns), and such that are.
  /// A row of more than 128 blocks of 32 is read beside its neighbours even by one column. 500 rows are more jobs than threads.
  private static let rows = [1, 17, 32, 47, 19, 18, 500]
  private static let blocks = [1, 3, 16, 17, 128, 130, 2]
  private static let widths = [1, 2, 3, 4, 5, 6, 7, 8, 9, 13, 24, 144, 151]

  @Test(arguments: formats)
  func `a product has the right numbers, and the same bits at every width and with any threads`(_ format: Format) throws
  {
    let unit = Int(ggml_blck_size(format.type))
    for variant in try CPUVariant.all() {
      for (rows, blocks) in zip(Self.rows, Self.blocks) {
        let columns = unit == 32 ? 32 * blocks : 256 * min(blocks, 3)
        let weights = try TypedMatrix(Noise.normal(rows * columns, seed: 1), columns: columns, type: format.type)
        let activations = Self.exactActivations(columns, count: 151)
        let alone = try (0..<151).flatMap { number in
          try variant.compute { try Self.product(weights, activations[number..<number + 1], in: $0) }
        }
        let worst = Self.worstError(of: alone, weights, activations)
        #expect(worst < 1e-6, "\(variant.name), \(rows) x \(columns)")
        for width in Self.widths {
          for threads in width == 1 || width % 3 == 0 ? [1, 2, 7] : [1] {
            let together = try variant.compute(threads: threads) {
              try Self.product(weights, activations[..<width], in: $0)
            }
            let same = together.map(\.bitPattern) == alone.prefix(width * rows).map(\.bitPattern)
            #expect(same, "\(variant.name), \(rows) x \(columns) by \(width), \(threads) threads")
          }
        }
      }
    }
  }

  @Test(arguments: [GGML_TYPE_Q8_0, GGML_TYPE_Q4_K].map(Format.init))
  func `several products of one step have the bits of each alone`(_ format: Format) throws {
    // Six matrices of activations, of which two go with each of three matrices of 200 rows.
    let (columns, rows, width) = (512, 200, 5)
    let weights = try (0..<3).map {
      try TypedMatrix(Noise.normal(rows * columns, seed: 10 + UInt64($0)), columns: columns, type: format.type)
    }
    let stacked = try TypedMatrix(
      (0..<3).flatMap { Noise.normal(rows * columns, seed: 10 + UInt64($0)) }, columns: columns, type: format.type)
    let activations = Self.exactActivations(columns, count: 6 * width)
    for variant in try CPUVariant.all() {
      let alone = try (0..<6).flatMap { number in
        try variant.compute {
          try Self.product(weights[number / 2], activations[number * width..<(number + 1) * width], in: $0)
        }
      }
      for threads in [1, 2, 7] {
        let together = try variant.compute(threads: threads) { context in
          let several = try TypedMatrix(activations.flatMap { $0 }, columns: columns, type: GGML_TYPE_F32)
          return ggml_mul_mat(
            context, ggml_reshape_3d(context, try stacked.tensor(context), Int64(columns), Int64(rows), 3),
            ggml_reshape_3d(context, try several.tensor(context), Int64(columns), Int64(width), 6))
        }
        #expect(together.map(\.bitPattern) == alone.map(\.bitPattern), "\(variant.name), \(threads) threads")
      }
    }
  }

  private static func product(
    _ weights: TypedMatrix, _ activations: ArraySlice<[Float]>, in context: OpaquePointer
  ) throws -> UnsafeMutablePointer<ggml_tensor>? {
    let matrix = try TypedMatrix(activations.flatMap { $0 }, columns: weights.columns, type: GGML_TYPE_F32)
    return ggml_mul_mat(context, try weights.tensor(context), try matrix.tensor(context))
  }

  /// Whole numbers up to 127 of which every block has the highest: their 8-bit blocks hold them exactly.
  private static func exactActivations(_ length: Int, count: Int) -> [[Float]] {
    var noise = Noise(seed: 5)
    return (0..<count).map { _ in
      (0..<length).map { $0 % 32 == 5 ? ($0 % 64 == 5 ? 127 : -127) : Float(Int(noise.next() % 255) - 127) }
    }
  }

  /// The largest difference from arithmetic in 64 bits, as a part of the sum of the products' magnitudes.
  private static func worstError(of result: [Float], _ weights: TypedMatrix, _ activations: [[Float]]) -> Double {
    var worst = 0.0
    // Every column has the bits of its like at another width, so that some tell of all.
    for column in stride(from: 0, to: activations.count, by: 10) {
      for row in 0..<weights.rows {
        let (sum, magnitude) = exactProduct(
          weights.numbers, from: row * weights.columns, activations[column], from: 0, weights.columns)
        worst = max(worst, abs(Double(result[column * weights.rows + row]) - sum) / magnitude)
      }
    }
    return worst
  }
}

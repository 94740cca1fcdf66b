import CLlama
import Foundation
import TestWeights
import Testing

@testable import LlamaEngine

/// An image's products and attention in bfloat16 (kernels/image-pairs.h), in every variant that has them.
@Suite(
  .serialized, .timeLimit(.minutes(5)),
  .enabled(
    if: ImageArithmetic.bfloat16 != nil, "this processor has no AVX512-BF16, so bfloat16 is not tested"))
struct BFloat16KernelTests {
  /// Patches, rows and numbers: multiples of nothing, of a slab of 576 pairs and one more, odd ones, and the fewest that are taken.
  private static let shapes = [(1024, 16, 16), (1039, 17, 577), (1100, 75, 96), (1025, 24, 1153), (1031, 33, 17)]

  /// To the nearest bfloat16; of two, to the even one.
  private static func rounded(_ numbers: [Float]) -> [Float] {
    numbers.map { number in
      let bits = number.bitPattern
      return Float(bitPattern: (bits + 0x7FFF + (bits >> 16 & 1)) & 0xFFFF_0000)
    }
  }

  @Test(arguments: ["f32", "f16", "bf16"])
  func `a product has the numbers of rounded factors, whatever the threads`(_ name: String) throws {
    let type = name == "f32" ? GGML_TYPE_F32 : name == "f16" ? GGML_TYPE_F16 : GGML_TYPE_BF16
    var variants = 0
    for variant in try CPUVariant.all() {
      guard let bfloat16 = variant.bfloat16 else { continue }
      variants += 1
      for (patches, rows, length) in Self.shapes {
        let weights = try TypedMatrix(Noise.normal(rows * length, seed: 1), columns: length, type: type)
        let image = try TypedMatrix(Noise.normal(patches * length, seed: 2), columns: length, type: GGML_TYPE_F32)
        func product(_ threads: Int) throws -> [Float] {
          try variant.compute(threads: threads) { ggml_mul_mat($0, try weights.tensor($0), try image.tensor($0)) }
        }
        let results = try [1, 2, 3, 8].map { threads in
          let (result, products) = try bfloat16.computing { try product(threads) }
          #expect(products == 1)
          return result
        }
        for result in results.dropFirst() {
          #expect(
            result.map(\.bitPattern) == results[0].map(\.bitPattern), "\(variant.name), \(patches), \(rows), \(length)")
        }
        let (left, right) = (Self.rounded(weights.numbers), Self.rounded(image.numbers))
        var worst = 0.0
        for patch in ImageKernelTests.some(of: patches) {
          for row in 0..<rows {
            let (sum, magnitude) = exactProduct(left, from: row * length, right, from: patch * length, length)
            worst = max(worst, abs(Double(results[0][patch * rows + row]) - sum) / magnitude)
          }
        }
        #expect(worst < 1e-6, "\(variant.name), \(patches), \(rows), \(length)")
      }
    }
    #expect(variants > 0)
  }

  @Test(arguments: [(72, 64, 299, true), (64, 64, 257, false), (33, 40, 130, true), (17, 8, 1, false)])
  func `attention has the numbers of rounded factors, whatever the threads`(
    _ width: Int, _ valueWidth: Int, _ keys: Int, _ isHalf: Bool
  ) throws {
    let (queries, heads) = (1030, 2)
    let type = isHalf ? GGML_TYPE_F16 : GGML_TYPE_F32
    let q = try TypedMatrix(
      Noise.normal(heads * queries * width, seed: 1).map { 2 * $0 }, columns: width, type: GGML_TYPE_F32)
    let k = try TypedMatrix(Noise.normal(keys * width, seed: 2), columns: width, type: type)
    let v = try TypedMatrix(Noise.normal(keys * valueWidth, seed: 3), columns: valueWidth, type: type)
    let scale = 1 / Float(width).squareRoot()
    // What the kernel rounds: queries times the scale, for powers of two.
    let binary = scale * 1.442_695_04
    let left = Self.rounded(q.numbers.map { $0 * binary })
    let right = try TypedMatrix(Self.rounded(k.numbers), columns: width, type: GGML_TYPE_F32)
    let values = try TypedMatrix(Self.rounded(v.numbers), columns: valueWidth, type: GGML_TYPE_F32)
    let sizes = try TypedMatrix(values.numbers.map(abs), columns: valueWidth, type: GGML_TYPE_F32)
    for variant in try CPUVariant.all() {
      guard let bfloat16 = variant.bfloat16 else { continue }
      func attention(_ threads: Int) throws -> [Float] {
        try variant.compute(threads: threads) { context in
          let query = ggml_reshape_3d(context, try q.tensor(context), Int64(width), Int64(queries), Int64(heads))
          return ggml_flash_attn_ext(context, query, try k.tensor(context), try v.tensor(context), nil, scale, 0, 0)
        }
      }
      let results = try [1, 2, 3, 8].map { threads in
        let (result, taken) = try bfloat16.computing { try attention(threads) }
        #expect(taken == 1)
        return result
      }
      for result in results.dropFirst() {
        #expect(result.map(\.bitPattern) == results[0].map(\.bitPattern), "\(variant.name)")
      }
      #expect(try attention(2).map(\.bitPattern) != results[0].map(\.bitPattern), "\(variant.name)")
      // Weights are exponentials right to 1e-4, and are rounded too, each by at most 1 in 256.
      var worst = 0.0
      for head in 0..<heads {
        for query in ImageKernelTests.some(of: queries) {
          let start = (head * queries + query) * width
          let expected = ImageKernelTests.attention(left, from: start, right, values, scale: log(2))
          let magnitudes = ImageKernelTests.attention(left, from: start, right, sizes, scale: log(2))
          for (d, number) in expected.enumerated() {
            let found = Double(results[0][(query * heads + head) * valueWidth + d])
            worst = max(worst, abs(found - number) / magnitudes[d])
          }
        }
      }
      #expect(worst < 1.0 / 256 + 2e-4, "\(variant.name)")
    }
  }

  @Test func `the choice ends where it began, and what is computed in between is not rounded`() throws {
    let length = 64
    let weights = try TypedMatrix(Noise.normal(16 * length, seed: 1), columns: length, type: GGML_TYPE_F16)
    let image = try TypedMatrix(Noise.normal(1024 * length, seed: 2), columns: length, type: GGML_TYPE_F32)
    for variant in try CPUVariant.all() {
      guard let bfloat16 = variant.bfloat16 else { continue }
      func bits() throws -> [UInt32] {
        try variant.compute { ggml_mul_mat($0, try weights.tensor($0), try image.tensor($0)) }.map(\.bitPattern)
      }
      let before = try bits()
      let (during, products) = try bfloat16.computing {
        let rounded = try bits()
        var between: [UInt32]?
        bfloat16.suspended { between = try? bits() }
        #expect(between == before)
        return rounded
      }
      #expect(during != before && products == 1)
      #expect(try bits() == before)
    }
  }

  @Test func `what is no number stays none`() throws {
    let length = 33
    var numbers = [Float](repeating: 1, count: 1024 * length)
    numbers[5 * length + 32] = .nan
    numbers[7 * length] = .infinity
    let weights = try TypedMatrix([Float](repeating: 1, count: 16 * length), columns: length, type: GGML_TYPE_F32)
    let image = try TypedMatrix(numbers, columns: length, type: GGML_TYPE_F32)
    for variant in try CPUVariant.all() {
      guard let bfloat16 = variant.bfloat16 else { continue }
      let result = try bfloat16.computing {
        try variant.compute { ggml_mul_mat($0, try weights.tensor($0), try image.tensor($0)) }
      }.value
      #expect(result[0] == Float(length) && result[5 * 16].isNaN && result[7 * 16] == .infinity, "\(variant.name)")
    }
  }
}

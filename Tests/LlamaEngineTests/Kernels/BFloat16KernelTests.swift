import CLlama
import TestWeights
import Testing

@testable import LlamaEngine

/// An image's products in bfloat16 (kernels/image-pairs.h), in every variant that has them.
@Suite(
  .serialized, .timeLimit(.minutes(5)),
  .enabled(
    if: ImageArithmetic.bfloat16 != nil, "this processor has no AVX512-BF16, so products in bfloat16 are not tested"))
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
        for patch in Array(stride(from: 0, to: patches - 49, by: 97)) + Array(patches - 49..<patches) {
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

import CLlama
import Foundation
import TestWeights
import Testing

/// An image's products, attention and GELU (kernels/image-*.cpp), in every variant that was built and that this processor can run.
@Suite(.serialized, .timeLimit(.minutes(5))) struct ImageKernelTests {
  /// Patches, rows and numbers: multiples of nothing, of a slab of 576 and one more, and the fewest that our kernels take.
  private static let shapes = [(1024, 16, 16), (1039, 17, 577), (1100, 75, 96), (1025, 24, 1153)]

  @Test(arguments: ["f32", "f16", "bf16"])
  func `a product has the right numbers, whatever the threads`(_ name: String) throws {
    let type = name == "f32" ? GGML_TYPE_F32 : name == "f16" ? GGML_TYPE_F16 : GGML_TYPE_BF16
    for variant in try CPUVariant.all() {
      for (patches, rows, length) in Self.shapes {
        let weights = try TypedMatrix(Noise.normal(rows * length, seed: 1), columns: length, type: type)
        let image = try TypedMatrix(Noise.normal(patches * length, seed: 2), columns: length, type: GGML_TYPE_F32)
        let results = try [1, 2, 3, 8].map { threads in
          try variant.compute(threads: threads) { ggml_mul_mat($0, try weights.tensor($0), try image.tensor($0)) }
        }
        for result in results.dropFirst() {
          #expect(
            result.map(\.bitPattern) == results[0].map(\.bitPattern), "\(variant.name), \(patches), \(rows), \(length)")
        }
        var worst = 0.0
        for patch in Self.some(of: patches) {
          for row in 0..<rows {
            let (sum, magnitude) = exactProduct(
              weights.numbers, from: row * length, image.numbers, from: patch * length, length)
            worst = max(worst, abs(Double(results[0][patch * rows + row]) - sum) / magnitude)
          }
        }
        // llama.cpp's kernels round the image's numbers to the weights' type before.
        #expect(
          worst < (variant.hasOurKernels || name == "f32" ? 1e-6 : 4e-3),
          "\(variant.name), \(patches), \(rows), \(length)")
      }
    }
  }

  /// The last ones, where a tile isn't full, and some others.
  static func some(of count: Int) -> [Int] {
    Array(stride(from: 0, to: count - 49, by: 97)) + Array(count - 49..<count)
  }

  @Test(arguments: [(72, 64, true), (64, 64, false), (80, 48, true)])
  func `attention has the right numbers, whatever the threads`(_ width: Int, _ valueWidth: Int, _ isHalf: Bool) throws {
    let (queries, keys, heads) = (1030, 299, 2)
    let type = isHalf ? GGML_TYPE_F16 : GGML_TYPE_F32
    // Scores are far apart, and the highest comes late, so that sums have to be brought to another scale.
    let q = try TypedMatrix(
      Noise.normal(heads * queries * width, seed: 1).map { 3 * $0 }, columns: width, type: GGML_TYPE_F32)
    let k = try TypedMatrix(
      Noise.normal(keys * width, seed: 2).enumerated().map { $1 * Float(1 + $0 / width / 100) }, columns: width,
      type: type)
    let v = try TypedMatrix(Noise.normal(keys * valueWidth, seed: 3), columns: valueWidth, type: type)
    let scale = 1 / Float(width).squareRoot()
    for variant in try CPUVariant.all() {
      let results = try [1, 3].map { threads in
        try variant.compute(threads: threads) { context in
          // Two heads of queries share the one of keys and values.
          let query = ggml_reshape_3d(context, try q.tensor(context), Int64(width), Int64(queries), Int64(heads))
          return ggml_flash_attn_ext(context, query, try k.tensor(context), try v.tensor(context), nil, scale, 0, 0)
        }
      }
      if variant.hasOurKernels {
        #expect(results[0].map(\.bitPattern) == results[1].map(\.bitPattern), "\(variant.name)")
      }
      var worst = 0.0
      for head in 0..<heads {
        for query in Self.some(of: queries) {
          let expected = Self.attention(q.numbers, from: (head * queries + query) * width, k, v, scale: Double(scale))
          for (d, number) in expected.enumerated() {
            worst = max(worst, abs(Double(results[0][(query * heads + head) * valueWidth + d]) - number))
          }
        }
      }
      #expect(worst < (variant.hasOurKernels ? 2e-5 : 5e-3), "\(variant.name)")
    }
  }

  /// The outputs for the query that begins at a place, in 64-bit arithmetic.
  static func attention(_ q: [Float], from start: Int, _ k: TypedMatrix, _ v: TypedMatrix, scale: Double)
    -> [Double]
  {
    let scores = (0..<k.rows).map {
      exactProduct(q, from: start, k.numbers, from: $0 * k.columns, k.columns).sum * scale
    }
    let highest = scores.max() ?? 0
    let weights = scores.map { exp($0 - highest) }
    let total = weights.reduce(0, +)
    return (0..<v.columns).map { d in
      var sum = 0.0
      for key in 0..<v.rows { sum += weights[key] * Double(v.numbers[key * v.columns + d]) }
      return sum / total
    }
  }

  @Test func `GELU of an image's numbers is that of its formula, and what is no number stays none`() throws {
    let (rows, columns) = (1024, 37)
    var numbers = Noise.normal(rows * columns, seed: 1).map { 4 * $0 }
    numbers.replaceSubrange(0..<6, with: [0, -1e4, 1e4, .nan, 1e-30, -20])
    let matrix = try TypedMatrix(numbers, columns: columns, type: GGML_TYPE_F32)
    for variant in try CPUVariant.all() {
      let result = try variant.compute(threads: 2) { ggml_gelu($0, try matrix.tensor($0)) }
      var worst = 0.0
      for (x, y) in zip(numbers.map(Double.init), result) {
        if x.isNaN {
          #expect(y.isNaN, "\(variant.name)")
          continue
        }
        let expected = x / (1 + exp(-2 * 0.7978845608028654 * (x + 0.044715 * x * x * x)))
        worst = max(worst, abs(Double(y) - expected) / max(1, abs(x)))
      }
      #expect(worst < (variant.hasOurKernels ? 1e-6 : 1e-3), "\(variant.name)")
    }
  }
}

import TestWeights

/// The product of two rows of numbers in 64 bits, and the sum of the products' magnitudes.
func exactProduct(
  _ left: [Float], from i: Int, _ right: [Float], from j: Int, _ count: Int
) -> (sum: Double, magnitude: Double) {
  var (sum, magnitude) = (0.0, 0.0)
  left.withUnsafeBufferPointer { left in
    right.withUnsafeBufferPointer { right in
      for l in 0..<count {
        let product = Double(left[i + l]) * Double(right[j + l])
        sum += product
        magnitude += abs(product)
      }
    }
  }
  return (sum, magnitude)
}

extension Noise {
  /// About normally distributed with a variance of 1.
  static func normal(_ count: Int, seed: UInt64) -> [Float] {
    var noise = Noise(seed: seed)
    return (0..<count).map { _ in (noise.weight() + noise.weight() + noise.weight() + noise.weight()) * 8.66 }
  }
}

import VisionLanguage

/// How alike two pictures look: the mean structural similarity (SSIM; Wang et al. 2004).
///
/// A Gaussian window of deviation 1.5 over 11 × 11 pixels, K₁ = 0.01, K₂ = 0.03, range 255; the mean over the channels and over
/// the pixels whose window lies in the picture.
public enum StructuralSimilarity {
  private static let reach = 5

  /// From −1 to 1; 1 for equal pictures. `nil` for pictures of different sizes, or a side under 11 pixels.
  public static func mean(_ first: PixelImage, _ second: PixelImage) -> Double? {
    guard first.width == second.width, first.height == second.height, min(first.width, first.height) > 2 * reach else {
      return nil
    }
    let (a, b) = (first.pixels.map(Double.init), second.pixels.map(Double.init))
    let (width, height) = (first.width, first.height)
    func local(_ values: [Double]) -> [Double] { smoothed(values, width: width, height: height) }
    let (meanA, meanB) = (local(a), local(b))
    let squareA = local(a.map { $0 * $0 })
    let squareB = local(b.map { $0 * $0 })
    let product = local(zip(a, b).map { $0 * $1 })
    let (c1, c2) = (6.5025, 58.5225)
    var total = 0.0
    for index in meanA.indices {
      let (ma, mb) = (meanA[index], meanB[index])
      let variances = squareA[index] - ma * ma + squareB[index] - mb * mb
      let covariance = product[index] - ma * mb
      total += (2 * ma * mb + c1) * (2 * covariance + c2) / ((ma * ma + mb * mb + c1) * (variances + c2))
    }
    return total / Double(meanA.count)
  }

  private static let weights: [Double] = {
    let bell = (-reach...reach).map { Trigonometry.bell(Double($0) / 1.5) }
    let total = bell.reduce(0, +)
    return bell.map { $0 / total }
  }()

  /// Weighted means over the windows that lie in the picture.
  private static func smoothed(_ values: [Double], width: Int, height: Int) -> [Double] {
    let (narrow, low) = (width - 2 * reach, height - 2 * reach)
    var rows = [Double](repeating: 0, count: narrow * 3 * height)
    var result = [Double](repeating: 0, count: narrow * 3 * low)
    values.withUnsafeBufferPointer { values in
      rows.withUnsafeMutableBufferPointer { rows in
        for y in 0..<height {
          for (tap, weight) in weights.enumerated() {
            for index in 0..<(narrow * 3) {
              rows[y * narrow * 3 + index] += values[y * width * 3 + tap * 3 + index] * weight
            }
          }
        }
        result.withUnsafeMutableBufferPointer { result in
          for y in 0..<low {
            for (tap, weight) in weights.enumerated() {
              for index in 0..<(narrow * 3) {
                result[y * narrow * 3 + index] += rows[(y + tap) * narrow * 3 + index] * weight
              }
            }
          }
        }
      }
    }
    return result
  }
}

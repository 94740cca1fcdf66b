import VisionLanguage

/// Noise of a sensor, drawn in the cells of the grid: each cell and channel by itself.
///
/// Definitions and doses are MedMNIST-C's (Di Salvo et al. 2024, arXiv 2406.17536), which are ImageNet-C's; bytes are
/// rounded here, where those cut decimals off.
enum SensorNoise {
  /// Adds Gaussian noise; the deviation is a share of the full range.
  static func gaussian(
    _ image: PixelImage, deviation: Double, _ cells: GridCells, _ random: inout RandomStream
  ) throws(PerturbationFault) -> PixelImage {
    let noise = (0..<cells.count).map { _ in Float(random.gaussian() * deviation * 255) }
    return try cells.changed(image) { Float($0) + noise[$1] }
  }

  /// Multiplies by 1 + Gaussian noise.
  static func speckle(
    _ image: PixelImage, deviation: Double, _ cells: GridCells, _ random: inout RandomStream
  ) throws(PerturbationFault) -> PixelImage {
    let noise = (0..<cells.count).map { _ in Float(1 + random.gaussian() * deviation) }
    return try cells.changed(image) { Float($0) * noise[$1] }
  }

  /// Makes a share of the samples black or white, each by half.
  static func impulse(
    _ image: PixelImage, share: Double, _ cells: GridCells, _ random: inout RandomStream
  ) throws(PerturbationFault) -> PixelImage {
    let hits = (0..<cells.count).map { _ -> Float in
      let (isHit, isWhite) = (random.unit() < share, random.unit() < 0.5)
      return isHit ? (isWhite ? 255 : 0) : -1
    }
    return try cells.changed(image) { hits[$1] < 0 ? Float($0) : hits[$1] }
  }

  /// Counts photons: a full sample is this many on average.
  static func shot(
    _ image: PixelImage, photons: Double, _ cells: GridCells, _ random: inout RandomStream
  ) throws(PerturbationFault) -> PixelImage {
    let light = try cells.reduced(image).pixels
    let counts = (0..<256).map { PoissonTable(mean: Double($0) / 255 * photons) }
    let noise = light.map { sample in
      Float(Double(counts[Int(sample)].count(at: random.unit())) / photons * 255) - Float(sample)
    }
    return try cells.changed(image) { Float($0) + noise[$1] }
  }
}

/// The distribution of counts with a mean, for draws by inversion.
private struct PoissonTable {
  private var cumulative: [Double] = []

  init(mean: Double) {
    var probability = Trigonometry.exponential(-mean)
    var sum = probability
    cumulative.append(sum)
    var count = 1.0
    while sum < 1 - 1e-12, count < mean * 8 + 64 {
      probability *= mean / count
      sum += probability
      cumulative.append(sum)
      count += 1
    }
  }

  func count(at unit: Double) -> Int {
    var (low, high) = (0, cumulative.count - 1)
    while low < high {
      let middle = (low + high) / 2
      if cumulative[middle] > unit { high = middle } else { low = middle + 1 }
    }
    return low
  }
}

import VisionLanguage

/// Blur of a lens or a hand. Lengths are in pixels of the picture.
enum Blurring {
  /// Out of focus: the mean over a disc (OpenCV's border), then a slight Gaussian smoothing of the disc's edge.
  static func defocus(_ image: PixelImage, radius: Double, smoothing: Double) throws(PerturbationFault) -> PixelImage {
    let reach = max(0, Int(radius))
    let (width, height) = (image.width, image.height)
    let halves = (-reach...reach).map { Int((radius * radius - Double($0 * $0)).squareRoot()) }
    let area = Float(halves.reduce(0) { $0 + 2 * $1 + 1 })
    let sums = RowSums(image, margin: reach)
    var result = FloatImage(width: width, height: height)
    var totals = [Int32](repeating: 0, count: width * 3)
    for y in 0..<height {
      for index in totals.indices { totals[index] = 0 }
      for (offset, half) in halves.enumerated() {
        sums.add(row: Border.mirrored.inside(y + offset - reach, of: height), half: half, to: &totals)
      }
      for index in totals.indices { result.samples[y * width * 3 + index] = Float(totals[index]) / area }
    }
    return try Convolution.gaussian(result, deviation: smoothing, .mirrored).rounded()
  }

  /// A moving hand: a half Gaussian that trails to one side (ImageMagick's `MotionBlurImage`).
  ///
  /// - Parameter angle: degrees, from the picture's right downwards.
  static func motion(
    _ image: PixelImage, radius: Double, deviation: Double, angle: Double
  ) throws(PerturbationFault) -> PixelImage {
    let count = 2 * Int(radius.rounded(.up)) + 1
    let turns = angle / 360
    let (cosine, sine) = (Trigonometry.cosine(turns), Trigonometry.sine(turns))
    var weights = (0..<count).map { Trigonometry.bell(Double($0) / deviation) }
    let total = weights.reduce(0, +)
    weights = weights.map { $0 / total }
    let taps = weights.enumerated().map { step, weight in
      Convolution.Tap(
        dx: Int((Double(step) * cosine - 0.5).rounded(.up)), dy: Int((Double(step) * sine - 0.5).rounded(.up)),
        weight: Float(weight))
    }
    return try Convolution.applied(taps, to: FloatImage(image), .repeated).rounded()
  }

  /// A zooming lens: the mean of the picture and of enlargements about its centre, by factors from 1 up to `end`.
  static func zoom(_ image: PixelImage, to end: Double, step: Double) throws(PerturbationFault) -> PixelImage {
    let count = max(0, Int(((end - 1) / step + 0.5).rounded(.down)))
    // The picture itself, and the first enlargement, which is by 1.
    var total = FloatImage(image)
    let plain = total.samples
    for index in total.samples.indices { total.samples[index] += plain[index] }
    for number in 0..<count { Enlargement(image, by: 1 + Double(number + 1) * step).add(plain, to: &total) }
    let share = 1 / Float(count + 2)
    for index in total.samples.indices { total.samples[index] *= share }
    return try total.rounded()
  }
}

/// Running sums along rows, so that a span of any length costs two look-ups.
private struct RowSums {
  private let sums: [Int32]
  private let width: Int
  private let margin: Int
  private let rowLength: Int

  init(_ image: PixelImage, margin: Int) {
    self.margin = margin
    width = image.width
    let wide = padded(
      image.pixels, width: image.width, height: image.height, columns: margin, rows: 0, .mirrored)
    let length = (image.width + 2 * margin) * 3
    rowLength = length + 3
    var sums = [Int32](repeating: 0, count: rowLength * image.height)
    for y in 0..<image.height {
      for index in 0..<length {
        sums[y * rowLength + index + 3] = sums[y * rowLength + index] + Int32(wide[y * length + index])
      }
    }
    self.sums = sums
  }

  /// Adds, for each sample of a row, the sum over `half` pixels to either side of it.
  func add(row: Int, half: Int, to totals: inout [Int32]) {
    let after = row * rowLength + (margin + half + 1) * 3
    let before = row * rowLength + (margin - half) * 3
    sums.withUnsafeBufferPointer { sums in
      totals.withUnsafeMutableBufferPointer { totals in
        for index in 0..<(width * 3) { totals[index] &+= sums[after + index] &- sums[before + index] }
      }
    }
  }
}

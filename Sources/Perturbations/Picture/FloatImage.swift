import VisionLanguage

/// A picture in the making: samples of 0 to 255 that may lie between or beyond.
struct FloatImage {
  let width: Int
  let height: Int
  /// `width * height * 3` samples: red, green, blue, left to right and top to bottom.
  var samples: [Float]

  init(_ image: PixelImage) {
    width = image.width
    height = image.height
    samples = image.pixels.map(Float.init)
  }

  init(width: Int, height: Int, samples: [Float]) {
    self.width = width
    self.height = height
    self.samples = samples
  }

  init(width: Int, height: Int) {
    self.init(width: width, height: height, samples: Array(repeating: 0, count: width * height * 3))
  }

  /// Samples a row.
  var rowLength: Int { width * 3 }

  /// Clipped to bytes and rounded to the nearest.
  func rounded() throws(PerturbationFault) -> PixelImage {
    try picture(width, height, samples.map { UInt8(max(0, min(255, $0)) + 0.5) })
  }
}

/// What lies beyond a picture's border.
enum Border {
  /// The border's own pixel, on and on.
  case repeated
  /// The picture mirrored at its border's pixel, which is not doubled.
  case mirrored

  /// The sample inside 0..<length that stands for one anywhere.
  func inside(_ index: Int, of length: Int) -> Int {
    switch self {
    case .repeated: return min(max(index, 0), length - 1)
    case .mirrored:
      guard length > 1 else { return 0 }
      let period = 2 * (length - 1)
      let folded = ((index % period) + period) % period
      return folded < length ? folded : period - folded
    }
  }
}

/// Rows of three-channel samples, widened by a margin on each side.
func padded<Sample>(
  _ samples: [Sample], width: Int, height: Int, columns: Int, rows: Int, _ border: Border
) -> [Sample] {
  let sources = (-columns..<(width + columns)).map { border.inside($0, of: width) * 3 }
  var wide: [Sample] = []
  wide.reserveCapacity((width + 2 * columns) * (height + 2 * rows) * 3)
  for y in -rows..<(height + rows) {
    let row = border.inside(y, of: height) * width * 3
    for source in sources[..<columns] { wide.append(contentsOf: samples[(row + source)..<(row + source + 3)]) }
    wide.append(contentsOf: samples[row..<(row + width * 3)])
    for source in sources[(columns + width)...] {
      wide.append(contentsOf: samples[(row + source)..<(row + source + 3)])
    }
  }
  return wide
}

import VisionLanguage

/// Statistics of a prepared picture, from one pass over its pixels, for ``LesionPresence``.
///
/// The picture is laid out in 32 × 32 cells, each the mean of its pixels. Steps, colors and their percentiles are those of
/// the cells whose centers lie in the circle that touches the four sides: many dermatoscopes leave the corners black.
/// Levels are those of 8-bit samples, brightness is BT.601 luma.
public struct PictureStatistics: Sendable, Hashable, Encodable {
  /// Cells in a row, and rows of cells.
  public static let grid = 32
  /// Cells of the coarse layout in a row.
  static let coarseGrid = 8

  /// Median difference in brightness between neighbouring cells, in levels: how even most of the picture is.
  public var medianStep: Double
  /// Mean of the same differences, in levels: how much is going on.
  public var meanStep: Double
  /// Mean difference divided by the cells' standard deviation of brightness: near 0 for one smooth shape, above 1 for noise.
  public var roughness: Double
  /// The share of the pixels' variance of brightness that is left in 8 × 8 cells: near 0 for noise and for lines of text.
  public var coarseShare: Double
  /// Standard deviation of the pixels' brightness about their cells' means, in levels: fine, sharp detail.
  public var fineDetail: Double
  /// 95th percentile of the cells' largest minus smallest sample, in levels: 0 for a grey picture.
  public var colorfulness: Double
  /// 2nd percentile of the cells' red minus green, in levels: skin is redder than green nearly everywhere.
  public var leastRedness: Double

  enum CodingKeys: String, CodingKey {
    case medianStep = "median_step"
    case meanStep = "mean_step"
    case roughness
    case coarseShare = "coarse_share"
    case fineDetail = "fine_detail"
    case colorfulness
    case leastRedness = "least_redness"
  }

  /// Measures a picture; `nil` for one with a side of fewer pixels than there are cells.
  public init?(of image: PixelImage) {
    guard image.width >= Self.grid, image.height >= Self.grid else { return nil }
    let cells = PictureCells(of: image)
    let inside = Self.circle
    var steps: [Double] = []
    for cell in inside.indices where inside[cell] {
      let hasRight = (cell + 1) % Self.grid != 0
      if hasRight, inside[cell + 1] { steps.append(abs(cells.brightness[cell + 1] - cells.brightness[cell])) }
      let below = cell + Self.grid
      if below < inside.count, inside[below] { steps.append(abs(cells.brightness[below] - cells.brightness[cell])) }
    }
    let chosen = inside.indices.filter { inside[$0] }
    medianStep = Self.percentile(50, of: steps)
    meanStep = steps.reduce(0, +) / Double(max(steps.count, 1))
    let spread = Self.variance(of: chosen.map { cells.brightness[$0] }).squareRoot()
    roughness = spread > 0 ? meanStep / spread : 0
    coarseShare = cells.variance > 0 ? Self.variance(of: cells.coarseBrightness) / cells.variance : 0
    fineDetail = cells.varianceWithin.squareRoot()
    colorfulness = Self.percentile(95, of: chosen.map { cells.colors[$0].max() - cells.colors[$0].min() })
    leastRedness = Self.percentile(2, of: chosen.map { cells.colors[$0].x - cells.colors[$0].y })
  }

  /// Whether a cell's center lies in the circle.
  private static let circle: [Bool] = (0..<grid * grid).map { cell in
    let middle = Double(grid - 1) / 2
    let (x, y) = (Double(cell % grid) - middle, Double(cell / grid) - middle)
    return x * x + y * y <= Double(grid * grid) / 4
  }

  private static func percentile(_ percent: Int, of values: [Double]) -> Double {
    guard !values.isEmpty else { return 0 }
    return values.sorted()[percent * (values.count - 1) / 100]
  }

  private static func variance(of values: [Double]) -> Double {
    let count = Double(max(values.count, 1))
    let mean = values.reduce(0, +) / count
    return values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / count
  }
}

/// The means of a picture's cells, and how much its pixels vary.
private struct PictureCells {
  var colors: [SIMD3<Double>]
  var brightness: [Double]
  /// Of all pixels' brightness, in squared levels.
  var variance: Double
  /// The part of it that lies inside the cells.
  var varianceWithin: Double

  private static let luma = SIMD3(0.299, 0.587, 0.114)

  init(of image: PixelImage) {
    let grid = PictureStatistics.grid
    var sums = [SIMD3<Int>](repeating: .zero, count: grid * grid)
    var counts = [Int](repeating: 0, count: grid * grid)
    var (total, squares) = (0.0, 0.0)
    image.pixels.withUnsafeBufferPointer { pixels in
      for y in 0..<image.height {
        let row = y * grid / image.height * grid
        for x in 0..<image.width {
          let at = (y * image.width + x) * 3
          let (red, green, blue) = (Int(pixels[at]), Int(pixels[at + 1]), Int(pixels[at + 2]))
          let cell = row + x * grid / image.width
          sums[cell] &+= SIMD3(red, green, blue)
          counts[cell] += 1
          let luma = Double(red) * Self.luma.x + Double(green) * Self.luma.y + Double(blue) * Self.luma.z
          total += luma
          squares += luma * luma
        }
      }
    }
    colors = zip(sums, counts).map { SIMD3<Double>($0) / Double(max($1, 1)) }
    brightness = colors.map { ($0 * Self.luma).sum() }
    let pixels = Double(image.width) * Double(image.height)
    variance = max(squares / pixels - (total / pixels) * (total / pixels), 0)
    let between = zip(brightness, counts).reduce(0) { $0 + Double($1.1) * $1.0 * $1.0 }
    varianceWithin = max((squares - between) / pixels, 0)
    // What is left of a single color after sums of a million terms is rounding.
    if variance < Self.rounding { variance = 0 }
  }

  private static let rounding = 1e-6

  /// Means of 4 × 4 cells each.
  var coarseBrightness: [Double] {
    let (grid, coarse) = (PictureStatistics.grid, PictureStatistics.coarseGrid)
    let side = grid / coarse
    var sums = [Double](repeating: 0, count: coarse * coarse)
    for cell in brightness.indices { sums[cell / grid / side * coarse + cell % grid / side] += brightness[cell] }
    return sums.map { $0 / Double(side * side) }
  }
}

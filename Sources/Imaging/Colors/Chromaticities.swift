/// The chromaticities of a colour space's white and primaries: CIE 1931 x and y.
struct Chromaticities: Sendable {
  typealias Point = (x: Double, y: Double)

  let white: Point
  let red: Point
  let green: Point
  let blue: Point

  init(white: Point, red: Point, green: Point, blue: Point) {
    self.white = white
    self.red = red
    self.green = green
    self.blue = blue
  }

  private static let d65 = Point(0.3127, 0.3290)
  private static let c = Point(0.310, 0.316)

  /// ITU-R BT.709 and sRGB.
  static let srgb = Chromaticities(white: d65, red: (0.640, 0.330), green: (0.300, 0.600), blue: (0.150, 0.060))

  /// Colour primaries by their code in ITU-T H.273, table 2; `nil` for those that are reserved or unspecified.
  static func coded(_ code: UInt8) -> Chromaticities? {
    switch code {
    case 1: srgb
    case 4: Chromaticities(white: c, red: (0.67, 0.33), green: (0.21, 0.71), blue: (0.14, 0.08))
    case 5: Chromaticities(white: d65, red: (0.64, 0.33), green: (0.29, 0.60), blue: (0.15, 0.06))
    case 6, 7: Chromaticities(white: d65, red: (0.630, 0.340), green: (0.310, 0.595), blue: (0.155, 0.070))
    case 8: Chromaticities(white: c, red: (0.681, 0.319), green: (0.243, 0.692), blue: (0.145, 0.049))
    case 9: Chromaticities(white: d65, red: (0.708, 0.292), green: (0.170, 0.797), blue: (0.131, 0.046))
    case 10: Chromaticities(white: (1.0 / 3, 1.0 / 3), red: (1, 0), green: (0, 1), blue: (0, 0))
    case 11: Chromaticities(white: (0.314, 0.351), red: (0.680, 0.320), green: (0.265, 0.690), blue: (0.150, 0.060))
    case 12: Chromaticities(white: d65, red: (0.680, 0.320), green: (0.265, 0.690), blue: (0.150, 0.060))
    case 22: Chromaticities(white: d65, red: (0.630, 0.340), green: (0.295, 0.605), blue: (0.155, 0.077))
    default: nil
    }
  }

  /// The primaries' XYZ, one column each, adapted from their white to D50 by Bradford's transform as ICC requires
  /// (ICC.1, annex E); `nil` for chromaticities that do not define a space.
  var primariesInD50: [[Double]]? {
    let columns = [red, green, blue].map { [$0.x, $0.y, 1 - $0.x - $0.y] }
    guard white.y > 0, let inverse = Self.inverse(Self.transposed(columns)) else { return nil }
    let whiteXYZ = [white.x / white.y, 1, (1 - white.x - white.y) / white.y]
    let amounts = Self.product(inverse, whiteXYZ)
    guard let adapted = Self.adaptation(from: whiteXYZ) else { return nil }
    let result = zip(columns, amounts).map { column, amount in Self.product(adapted, column.map { $0 * amount }) }
    return result.allSatisfy { $0.allSatisfy { abs($0) < 16 } } ? result : nil
  }

  private static let d50 = [0.9642, 1, 0.8249]
  private static let bradford = [
    [0.8951, 0.2664, -0.1614], [-0.7502, 1.7135, 0.0367], [0.0389, -0.0685, 1.0296],
  ]

  private static func adaptation(from white: [Double]) -> [[Double]]? {
    let (from, to) = (product(bradford, white), product(bradford, d50))
    guard from.allSatisfy({ $0 > 0 }), let back = inverse(bradford) else { return nil }
    let scaled = (0..<3).map { row in bradford[row].map { $0 * to[row] / from[row] } }
    return transposed(transposed(scaled).map { product(back, $0) })
  }

  private static func product(_ matrix: [[Double]], _ vector: [Double]) -> [Double] {
    matrix.map { row in zip(row, vector).reduce(0) { $0 + $1.0 * $1.1 } }
  }

  private static func transposed(_ matrix: [[Double]]) -> [[Double]] { (0..<3).map { at in matrix.map { $0[at] } } }

  private static func inverse(_ m: [[Double]]) -> [[Double]]? {
    func cofactor(_ row: Int, _ column: Int) -> Double {
      let (a, b, c, d) = ((row + 1) % 3, (row + 2) % 3, (column + 1) % 3, (column + 2) % 3)
      return m[a][c] * m[b][d] - m[a][d] * m[b][c]
    }
    let determinant = (0..<3).reduce(0) { $0 + m[0][$1] * cofactor(0, $1) }
    guard abs(determinant) > 1e-6 else { return nil }
    return (0..<3).map { row in (0..<3).map { column in cofactor(column, row) / determinant } }
  }
}

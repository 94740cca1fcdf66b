/// What can be measured of an outline, and which architecture it amounts to.
struct OutlineShape {
  /// Long axis to short axis of the ellipse with the same second moments; 1 for a circle.
  let aspect: Float
  /// Root mean square distance of the border from that ellipse, as a share of its radius.
  let deviation: Float
  /// The narrowest radius as a share of the mean.
  let waist: Float
  /// 4π area / perimeter²; 1 for a circle.
  let circularity: Float

  /// Measures a border given as radii in evenly spaced directions.
  init(radii: [Float]) {
    let count = radii.count
    waist = (radii.min() ?? 0) / max(radii.reduce(0, +) / Float(max(count, 1)), 1e-9)
    var points: [SIMD2<Float>] = []
    for (i, r) in radii.enumerated() {
      let turns = Float(i) / Float(count)
      points.append(SIMD2(Polynomials.cosine(turns) * r, Polynomials.sine(turns) * r))
    }
    // Moments of the polygon as fans of triangles from the origin.
    var area: Float = 0
    var first = SIMD2<Float>.zero
    var perimeter: Float = 0
    var xx: Float = 0
    var xy: Float = 0
    var yy: Float = 0
    for i in 0..<count {
      let p = points[i]
      let q = points[(i + 1) % count]
      let cross = p.x * q.y - p.y * q.x
      area += cross / 2
      first += (p + q) * (cross / 6)
      xx += cross * (p.x * p.x + p.x * q.x + q.x * q.x) / 12
      yy += cross * (p.y * p.y + p.y * q.y + q.y * q.y) / 12
      xy += cross * (2 * p.x * p.y + p.x * q.y + q.x * p.y + 2 * q.x * q.y) / 24
      let side = q - p
      perimeter += (side.x * side.x + side.y * side.y).squareRoot()
    }
    let held = max(area, 1e-9)
    let mean = first / held
    xx = xx / held - mean.x * mean.x
    yy = yy / held - mean.y * mean.y
    xy = xy / held - mean.x * mean.y
    let half = (xx + yy) / 2
    let spread = ((xx - yy) * (xx - yy) / 4 + xy * xy).squareRoot()
    let long = half + spread
    let short = max(half - spread, 1e-9)
    aspect = (long / short).squareRoot()
    circularity = 4 * 3.141_592_7 * area / max(perimeter * perimeter, 1e-9)
    // On the ellipse with these moments, pᵀ M⁻¹ p is 4.
    let determinant = max(xx * yy - xy * xy, 1e-12)
    var sum: Float = 0
    for p in points {
      let d = p - mean
      let form = (d.x * d.x * yy - 2 * d.x * d.y * xy + d.y * d.y * xx) / determinant
      let distance = (max(form, 0) / 4).squareRoot() - 1
      sum += distance * distance
    }
    deviation = (sum / Float(count)).squareRoot()
  }

  /// Whether an eye would call it so, with a margin to the others.
  func fits(_ architecture: Architecture) -> Bool {
    switch architecture {
    case .round: aspect <= 1.16 && deviation <= 0.05
    case .oval: aspect >= 1.38 && deviation <= 0.05
    case .irregular: deviation >= 0.11 && deviation <= 0.26 && circularity <= 0.84 && waist >= 0.45
    }
  }
}

/// Finds hairs that cross a lesion, or spare it.
struct StrandGround {
  private let placement: HairPlacement
  private let width: Int
  private let height: Int
  private let scale: Float
  /// The lesion's pixels, for hairs that cross it.
  private let targets: [Int]

  init(_ placement: HairPlacement, width: Int, height: Int, scale: Float) {
    self.placement = placement
    self.width = width
    self.height = height
    self.scale = scale
    if case .across(let lesion) = placement {
      targets = lesion.indices.filter { lesion[$0] && $0 < width * height }
    } else {
      targets = []
    }
  }

  /// How many hairs are tried for one that spares the lesion; then the last is cut short.
  private static let attempts = 24

  func strand(
    over extent: (x: Float, y: Float), heading: Float, _ random: inout PhantomRandom
  ) -> Hairs.Strand {
    var strand = Hairs.Strand.drawn(over: extent, heading: heading + random.bell() * 0.08, &random)
    switch placement {
    case .anywhere: break
    case .across:
      guard !targets.isEmpty else { break }
      let target = targets[random.count(0...(targets.count - 1))]
      let place = SIMD2((Float(target % width) + 0.5) / scale, (Float(target / width) + 0.5) / scale)
      let shift = place - strand.points[random.count(2...(strand.points.count - 3))]
      strand.points = strand.points.map { $0 + shift }
    case .beside(let lesion):
      for _ in 1..<Self.attempts where sparing(strand, lesion).count < strand.points.count {
        strand = Hairs.Strand.drawn(over: extent, heading: heading + random.bell() * 0.08, &random)
      }
      strand.points = Array(sparing(strand, lesion))
    }
    return strand
  }

  /// The longest part of a hair that is outside the lesion.
  private func sparing(_ strand: Hairs.Strand, _ lesion: [Bool]) -> ArraySlice<SIMD2<Float>> {
    let points = strand.points
    var best = points[0..<0]
    var start = 0
    for index in points.indices {
      if index > start, touches(points[index - 1], points[index], lesion) { start = index }
      if touches(points[index], points[index], lesion) {
        start = index + 1
      } else if index + 1 - start > best.count {
        best = points[start...index]
      }
    }
    return best
  }

  /// Whether a line, about a hair's width, touches the lesion.
  private func touches(_ from: SIMD2<Float>, _ to: SIMD2<Float>, _ lesion: [Bool]) -> Bool {
    for step in 0...8 {
      let place = (from + (to - from) * (Float(step) / 8)) * scale
      for corner in [SIMD2<Float>(-2, -2), SIMD2(2, -2), SIMD2(-2, 2), SIMD2(2, 2)] {
        let at = place + corner * scale
        let (x, y) = (Int(Polynomials.floor(at.x)), Int(Polynomials.floor(at.y)))
        guard x >= 0, x < width, y >= 0, y < height else { continue }
        let index = y * width + x
        if index < lesion.count, lesion[index] { return true }
      }
    }
    return false
  }
}

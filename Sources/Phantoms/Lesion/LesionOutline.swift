/// A lesion's border as a radius in every direction about its centre, in units.
struct LesionOutline {
  static let directions = 512

  let centre: SIMD2<Float>
  /// Radius in each direction, evenly spaced from the x axis towards y.
  let radii: [Float]
  let shape: OutlineShape

  /// The radius in a direction in turns.
  @inline(__always)
  func radius(_ turns: Float) -> Float {
    let position = turns * Float(LesionOutline.directions)
    let index = Int(Polynomials.floor(position))
    let a = radii[index & (LesionOutline.directions - 1)]
    let b = radii[(index + 1) & (LesionOutline.directions - 1)]
    return a + (b - a) * (position - Float(index))
  }

  /// The point of the border, or of a ring `t` times as large, in a direction in turns.
  func point(_ turns: Float, _ t: Float) -> SIMD2<Float> {
    let folded = turns - Float(Polynomials.floor(turns))
    let r = radius(folded) * t
    return centre + SIMD2(Polynomials.cosine(folded) * r, Polynomials.sine(folded) * r)
  }

  /// An outline of this architecture, measured until it is one beyond doubt.
  static func drawn(
    _ architecture: Architecture, extent: (x: Float, y: Float), _ random: inout PhantomRandom
  ) -> LesionOutline {
    let size = random.within(78, 168)
    var radii = ellipse(aspect: architecture == .oval ? 1.55 : 1, turned: 0)
    for _ in 0..<40 {
      let candidate = deformed(architecture, &random)
      if OutlineShape(radii: candidate).fits(architecture) {
        radii = candidate
        break
      }
      if architecture == .irregular { radii = candidate }
    }
    // Sized by area; no part further out than the frame's short side allows.
    var square: Float = 0
    var longest: Float = 0
    for r in radii {
      square += r * r
      longest = max(longest, r)
    }
    let mean = (square / Float(directions)).squareRoot()
    let factor = min(size / mean, 208 / longest)
    let freeX = max(0, extent.x / 2 - longest * factor - 14)
    let freeY = max(0, extent.y / 2 - longest * factor - 10)
    let centre = SIMD2(
      extent.x / 2 + max(-1, min(1, random.bell() * 0.4)) * min(freeX, 90),
      extent.y / 2 + max(-1, min(1, random.bell() * 0.4)) * min(freeY, 60))
    return LesionOutline(
      centre: centre, radii: radii.map { $0 * factor }, shape: OutlineShape(radii: radii))
  }

  private static func deformed(_ architecture: Architecture, _ random: inout PhantomRandom) -> [Float] {
    let aspect: Float
    switch architecture {
    case .round: aspect = random.within(1, 1.1)
    case .oval: aspect = random.within(1.42, 1.9)
    case .irregular: aspect = random.within(1, 1.5)
    }
    var radii = ellipse(aspect: aspect, turned: random.unit())
    let waves = architecture == .irregular ? 2...5 : 3...8
    let strength: Float = architecture == .irregular ? random.within(0.2, 0.34) : random.within(0.01, 0.03)
    for wave in waves {
      let amplitude = strength * abs(random.bell()) / (Float(wave) * 0.6)
      let phase = random.unit()
      for i in 0..<directions {
        let turns = Float(i) / Float(directions)
        radii[i] *= 1 + amplitude * Polynomials.sine(turns * Float(wave) + phase)
      }
    }
    if architecture == .irregular, random.chance(0.6) { notch(&radii, &random) }
    return radii
  }

  /// Cuts a bay into the border.
  private static func notch(_ radii: inout [Float], _ random: inout PhantomRandom) {
    let place = random.unit()
    let depth = random.within(0.2, 0.42)
    let breadth = random.within(0.05, 0.1)
    for i in 0..<directions {
      var away = abs(Float(i) / Float(directions) - place)
      away = min(away, 1 - away)
      radii[i] *= 1 - depth * (1 - Polynomials.smoothstep(0, breadth, away))
    }
  }

  private static func ellipse(aspect: Float, turned: Float) -> [Float] {
    let a = aspect.squareRoot()
    let b = 1 / a
    return (0..<directions).map { i in
      let turns = Float(i) / Float(directions) - turned
      let c = Polynomials.cosine(turns) / a
      let s = Polynomials.sine(turns) / b
      return 1 / (c * c + s * s).squareRoot()
    }
  }
}

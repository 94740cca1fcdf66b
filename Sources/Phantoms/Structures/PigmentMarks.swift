/// Dots, globules and streaks: pigment in pieces.
enum PigmentMarks {
  /// What the marks absorb, more than the ground that they lie on.
  private static let pigment = Triple(1.7, 2.1, 2.3)

  static func paint(
    _ plan: LesionPlan, _ outline: LesionOutline, on canvas: inout Canvas, _ random: inout PhantomRandom
  ) {
    let target = PhantomColor.black.density
    for structure in plan.structures {
      // A separate stream, because the number of rejected places depends on the pixels.
      var random = PhantomRandom(random.next())
      let ground = canvas
      let isVisible = { (place: SIMD2<Float>) in
        let light = Light.through(ground.density(at: place))
        return light.x + light.y + light.z > 0.05
      }
      var layer = Layer(over: canvas)
      switch structure {
      case "dots":
        // Among a network's lines only larger dots are seen.
        drawDots(outline, enlarged: plan.network ? 1.4 : 1, into: &layer, &random, where: isVisible)
      case "globules": drawGlobules(outline, into: &layer, &random, where: isVisible)
      default: drawStreaks(outline, into: &layer, &random)
      }
      // Absorbing keeps the ground's warmth; a part of black keeps it visible on any ground.
      let tone = plan.ground.contains(.black) ? 0.75 : random.within(0.3, 0.55)
      canvas.absorb(pigment * (1 - tone), where: layer)
      canvas.tint(target, by: tone, where: layer)
    }
  }

  private static func drawDots(
    _ outline: LesionOutline, enlarged: Float, into layer: inout Layer, _ random: inout PhantomRandom,
    where isVisible: (SIMD2<Float>) -> Bool
  ) {
    // Clustered: dots gather about a few places.
    let clusters = (0..<random.count(3...6)).map { _ in (random.unit(), random.within(0.1, 0.75)) }
    for _ in 0..<random.count(70...140) {
      let cluster = clusters[random.count(0...(clusters.count - 1))]
      let spread = random.chance(0.3) ? outline.point(random.unit(), random.unit().squareRoot() * 0.85) : nil
      let place =
        spread
        ?? outline.point(cluster.0 + random.bell() * 0.05, max(0.02, min(0.88, cluster.1 + random.bell() * 0.13)))
      guard isVisible(place) else { continue }
      layer.spot(at: place, radius: random.within(1.7, 2.7) * enlarged, softness: 0.6, opacity: random.within(0.75, 1))
    }
  }

  private static func drawGlobules(
    _ outline: LesionOutline, into layer: inout Layer, _ random: inout PhantomRandom,
    where isVisible: (SIMD2<Float>) -> Bool
  ) {
    let size = random.within(5.2, 7.4)
    let peripheral = random.chance(0.35)
    var placed: [SIMD2<Float>] = []
    for _ in 0..<random.count(60...140) {
      let t = peripheral ? random.within(0.7, 0.9) : random.unit().squareRoot() * 0.85
      let place = outline.point(random.unit(), t)
      let radius = size * random.within(0.8, 1.25)
      let crowded = placed.contains { other in
        let d = other - place
        return d.x * d.x + d.y * d.y < radius * radius * 6.5
      }
      guard !crowded, placed.count < 55, isVisible(place) else { continue }
      placed.append(place)
      let turns = random.unit()
      let stretch = SIMD2(Polynomials.cosine(turns), Polynomials.sine(turns)) * (radius * random.within(0, 0.4))
      layer.stroke(
        from: place - stretch, to: place + stretch, radius: radius, radius, softness: 1.3,
        opacity: random.within(0.75, 1))
    }
  }

  private static func drawStreaks(
    _ outline: LesionOutline, into layer: inout Layer, _ random: inout PhantomRandom
  ) {
    let bulbs = random.chance(0.4)
    let count = random.count(26...46)
    let start = random.unit()
    // Melanoma's streaks take a part of the border, or all of it.
    let part = random.chance(0.5) ? random.within(0.45, 0.7) : 1
    for number in 0..<count {
      let turns = start + (Float(number) + random.within(-0.35, 0.35)) / Float(count) * part
      let inner = outline.point(turns, random.within(0.76, 0.88))
      let outer = outline.point(turns + random.bell() * 0.006, random.within(1.07, 1.2))
      let width = random.within(2, 3.2)
      layer.stroke(
        from: inner, to: outer, radius: width * 1.15, width * 0.6, softness: 0.9, opacity: random.within(0.8, 1))
      if bulbs { layer.spot(at: outer, radius: width * 1.5, softness: 1) }
    }
  }
}

/// Vessels in focus: arborizing, dotted or linear.
enum Vessels {
  /// Blood seen through skin.
  private static let blood = Light.density(168, 18, 38)

  static func paint(
    _ kinds: [String], _ outline: LesionOutline, on canvas: inout Canvas, _ random: inout PhantomRandom
  ) {
    for kind in kinds {
      var layer = Layer(over: canvas)
      switch kind {
      case "arborizing": drawTrees(outline, into: &layer, &random)
      case "dotted": drawDots(outline, into: &layer, &random)
      default: drawLines(outline, into: &layer, &random)
      }
      // Dots are small: they are painted in full.
      canvas.tint(blood, by: kind == "dotted" ? 0.97 : random.within(0.72, 0.9), where: layer)
    }
  }

  private static func drawTrees(
    _ outline: LesionOutline, into layer: inout Layer, _ random: inout PhantomRandom
  ) {
    let first = random.unit()
    let count = random.count(2...4)
    for number in 0..<count {
      let turns = first + (Float(number) + random.within(-0.2, 0.2)) / Float(count)
      let root = outline.point(turns, random.within(0.85, 1.02))
      branch(
        from: root, heading: turns + 0.5 + random.bell() * 0.04, width: random.within(2, 3), depth: 0, outline,
        into: &layer, &random)
    }
  }

  private static func branch(
    from root: SIMD2<Float>, heading: Float, width: Float, depth: Int, _ outline: LesionOutline,
    into layer: inout Layer, _ random: inout PhantomRandom
  ) {
    guard depth < 5, width > 0.7 else { return }
    var place = root
    var way = heading
    var thickness = width
    let size = outline.radii.reduce(0, +) / Float(outline.radii.count)
    let steps = depth == 0 ? random.count(9...13) : random.count(4...8)
    for step in 0..<steps {
      way += random.bell() * 0.028
      let length = size * random.within(0.06, 0.1)
      let next = place + SIMD2(Polynomials.cosine(way), Polynomials.sine(way)) * length
      let d = next - outline.centre
      let limit = outline.radius(Polynomials.direction(d.x, d.y))
      if (d.x * d.x + d.y * d.y).squareRoot() > limit * 1.04, depth > 0 || step > 2 { return }
      layer.stroke(from: place, to: next, radius: thickness, thickness * 0.94, softness: 0.5)
      place = next
      thickness *= 0.93
      if step > 0, random.chance(0.55) {
        let side: Float = random.chance(0.5) ? 1 : -1
        branch(
          from: place, heading: way + side * random.within(0.07, 0.17), width: thickness * random.within(0.55, 0.75),
          depth: depth + 1, outline, into: &layer, &random)
      }
    }
  }

  private static func drawDots(
    _ outline: LesionOutline, into layer: inout Layer, _ random: inout PhantomRandom
  ) {
    for _ in 0..<random.count(35...70) {
      let place = outline.point(random.unit(), random.unit().squareRoot() * 0.85)
      layer.spot(at: place, radius: random.within(2.6, 3.8), softness: 0.6)
    }
  }

  private static func drawLines(
    _ outline: LesionOutline, into layer: inout Layer, _ random: inout PhantomRandom
  ) {
    for _ in 0..<random.count(6...11) {
      var place = outline.point(random.unit(), random.within(0, 0.65))
      var way = random.unit()
      var bend = random.bell() * 0.02
      for _ in 0..<random.count(7...11) {
        way += bend
        if random.chance(0.3) { bend = random.bell() * 0.035 }
        let next = place + SIMD2(Polynomials.cosine(way), Polynomials.sine(way)) * 7
        let d = next - outline.centre
        if (d.x * d.x + d.y * d.y).squareRoot() > outline.radius(Polynomials.direction(d.x, d.y)) * 0.95 { break }
        layer.stroke(from: place, to: next, radius: 1.7, 1.7, softness: 0.5)
        place = next
      }
    }
  }
}

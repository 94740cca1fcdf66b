/// Bubbles in the contact gel: a bright ring, a dark one inside it, a highlight.
enum Bubbles {
  static func paint(_ canvas: inout Canvas, _ random: inout PhantomRandom) {
    guard random.chance(0.16) else { return }
    let extent = canvas.extent
    let home = SIMD2(random.unit() * extent.x, random.unit() * extent.y)
    paint(random.count(2...9), on: &canvas, &random) { home + SIMD2($0.bell(), $0.bell()) * 50 }
  }

  /// Paints this many bubbles where the caller's draws put them.
  static func paint(
    _ count: Int, on canvas: inout Canvas, _ random: inout PhantomRandom,
    at place: (inout PhantomRandom) -> SIMD2<Float>
  ) {
    var bright = Layer(over: canvas)
    var dark = Layer(over: canvas)
    for _ in 0..<count {
      let place = place(&random)
      let radius = random.within(3.5, 15)
      let lit = random.unit()
      let segments = 36
      for segment in 0..<segments {
        let a = Float(segment) / Float(segments)
        let b = Float(segment + 1) / Float(segments)
        let glow = 0.3 + 0.35 * (1 + Polynomials.cosine(a - lit))
        bright.stroke(
          from: place + turned(a) * radius, to: place + turned(b) * radius, radius: 0.8, 0.8, softness: 0.7,
          opacity: glow * 0.8)
        dark.stroke(
          from: place + turned(a) * (radius - 2.2), to: place + turned(b) * (radius - 2.2), radius: 1, 1,
          softness: 1, opacity: 0.35)
      }
      bright.spot(at: place + turned(lit) * (radius * 0.5), radius: max(0.8, radius * 0.13), softness: 0.8)
    }
    canvas.absorb(Triple(0.7, 0.75, 0.75), where: dark)
    canvas.tint(Light.density(250, 248, 246), by: 0.85, where: bright)
  }

  private static func turned(_ turns: Float) -> SIMD2<Float> {
    SIMD2(Polynomials.cosine(turns), Polynomials.sine(turns))
  }
}

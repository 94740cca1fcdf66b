/// Blue-gray granules of regression, finer than any dot.
enum Peppering {
  static func paint(_ outline: LesionOutline, on canvas: inout Canvas, _ random: inout PhantomRandom) {
    var layer = Layer(over: canvas)
    for _ in 0..<5 {
      let turns = random.unit()
      let away = random.within(0.1, 0.7)
      for _ in 0..<40 {
        let place = outline.point(turns + random.bell() * 0.06, max(0.02, min(0.85, away + random.bell() * 0.12)))
        layer.spot(at: place, radius: random.within(0.9, 1.3), softness: 0.7, opacity: random.within(0.3, 0.7))
      }
    }
    canvas.tint(Light.density(96, 104, 124), by: 0.55, where: layer)
  }
}

/// Milia-like cysts and comedo-like openings.
enum KeratosisMarks {
  static func paint(_ outline: LesionOutline, on canvas: inout Canvas, _ random: inout PhantomRandom) {
    let kind = random.unit()
    if kind < 0.75 { paintCysts(outline, on: &canvas, &random) }
    if kind > 0.4 { paintOpenings(outline, on: &canvas, &random) }
  }

  private static func paintCysts(_ outline: LesionOutline, on canvas: inout Canvas, _ random: inout PhantomRandom) {
    var layer = Layer(over: canvas)
    for _ in 0..<random.count(14...30) {
      let place = outline.point(random.unit(), random.unit().squareRoot() * 0.86)
      layer.spot(at: place, radius: random.within(3, 6.2), softness: 2.2, opacity: random.within(0.7, 1))
    }
    canvas.tint(Light.density(242, 226, 200), by: 0.88, where: layer)
  }

  private static func paintOpenings(_ outline: LesionOutline, on canvas: inout Canvas, _ random: inout PhantomRandom) {
    var rims = Layer(over: canvas)
    var plugs = Layer(over: canvas)
    for _ in 0..<random.count(6...14) {
      let place = outline.point(random.unit(), random.unit().squareRoot() * 0.82)
      let radius = random.within(5.5, 10)
      rims.spot(at: place, radius: radius + 3.4, softness: 2.2)
      for _ in 0..<3 {
        let shift = SIMD2(random.bell(), random.bell()) * (radius * 0.3)
        plugs.spot(at: place + shift, radius: radius * random.within(0.55, 0.8), softness: 1.8)
      }
    }
    canvas.tint(Light.density(214, 176, 128), by: 0.5, where: rims)
    canvas.tint(Light.density(44, 27, 18), by: 0.92, where: plugs)
  }
}

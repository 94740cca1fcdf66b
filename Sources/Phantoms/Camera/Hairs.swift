/// Hairs over skin and lesion: thin curved lines, dark or light, sometimes shaved to stubble.
enum Hairs {
  static func paint(_ canvas: inout Canvas, _ random: inout PhantomRandom) {
    let kind = random.unit()
    if kind < 0.5 { return }
    var layer = Layer(over: canvas)
    let extent = canvas.extent
    let common = random.unit()
    if kind < 0.58 {
      for _ in 0..<random.count(25...80) {
        let place = SIMD2(random.unit() * extent.x, random.unit() * extent.y)
        let way = common + random.bell() * 0.04
        let length = random.within(4, 14)
        layer.stroke(
          from: place, to: place + SIMD2(Polynomials.cosine(way), Polynomials.sine(way)) * length, radius: 0.9, 0.6,
          softness: 0.4, opacity: random.within(0.4, 0.9))
      }
    } else {
      let many = random.chance(0.3)
      for _ in 0..<(many ? random.count(12...26) : random.count(1...9)) {
        drawHair(extent, heading: common + random.bell() * (many ? 0.06 : 0.2), into: &layer, &random)
      }
    }
    if random.chance(0.12) {
      canvas.tint(Light.density(232, 222, 208), by: 0.7, where: layer)
    } else {
      let dark = random.within(0.75, 0.95)
      canvas.tint(Light.density(42, 28, 22), by: dark, where: layer)
    }
  }

  private static func drawHair(
    _ extent: (x: Float, y: Float), heading: Float, into layer: inout Layer, _ random: inout PhantomRandom
  ) {
    var place = SIMD2(random.within(-0.1, 1.1) * extent.x, random.within(-0.1, 1.1) * extent.y)
    var way = heading
    let bend = random.bell() * 0.006
    let width = random.within(0.65, 1.35)
    let steps = random.count(14...60)
    let opacity = random.within(0.65, 1)
    for step in 0..<steps {
      way += bend + random.bell() * 0.0015
      let next = place + SIMD2(Polynomials.cosine(way), Polynomials.sine(way)) * 10
      let taper = min(1, Float(steps - step) / 8)
      layer.stroke(from: place, to: next, radius: width * taper, width * taper, softness: 0.45, opacity: opacity)
      place = next
    }
  }
}

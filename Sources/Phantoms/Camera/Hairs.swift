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
        Strand.drawn(over: extent, heading: common + random.bell() * (many ? 0.06 : 0.2), &random).cover(&layer)
      }
    }
    if random.chance(0.12) {
      canvas.tint(Light.density(232, 222, 208), by: 0.7, where: layer)
    } else {
      let dark = random.within(0.75, 0.95)
      canvas.tint(Light.density(42, 28, 22), by: dark, where: layer)
    }
  }

  /// One hair: a thin curved line that tapers toward its end.
  struct Strand {
    /// The line's points, ten units apart.
    var points: [SIMD2<Float>]
    private let width: Float
    private let opacity: Float

    static func drawn(
      over extent: (x: Float, y: Float), heading: Float, _ random: inout PhantomRandom
    ) -> Strand {
      var place = SIMD2(random.within(-0.1, 1.1) * extent.x, random.within(-0.1, 1.1) * extent.y)
      var way = heading
      let bend = random.bell() * 0.006
      let width = random.within(0.65, 1.35)
      let steps = random.count(14...60)
      let opacity = random.within(0.65, 1)
      var points = [place]
      for _ in 0..<steps {
        way += bend + random.bell() * 0.0015
        place += SIMD2(Polynomials.cosine(way), Polynomials.sine(way)) * 10
        points.append(place)
      }
      return Strand(points: points, width: width, opacity: opacity)
    }

    func cover(_ layer: inout Layer) {
      let steps = points.count - 1
      for (step, (from, to)) in zip(points, points.dropFirst()).enumerated() {
        let taper = min(1, Float(steps - step) / 8)
        layer.stroke(from: from, to: to, radius: width * taper, width * taper, softness: 0.45, opacity: opacity)
      }
    }
  }
}

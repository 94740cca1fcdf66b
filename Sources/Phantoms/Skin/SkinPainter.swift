/// Skin about the lesion: tone, blush, texture of fine lines, a few freckles.
struct SkinPainter {
  /// Tones from Fitzpatrick I to VI as dermatoscopes show them, in sRGB bytes.
  private static let tones: [(Float, Float, Float)] = [
    (224, 205, 202), (222, 184, 176), (210, 162, 146), (180, 130, 108), (142, 97, 76), (100, 67, 54),
  ]

  /// The mean density of the skin.
  let tone: Triple
  private let blush: Triple
  private let depth: Float

  /// - Parameter tone: from 0 (Fitzpatrick I) to 1 (VI).
  init(tone: Float, _ random: inout PhantomRandom) {
    let position = max(0, min(0.999, tone)) * Float(SkinPainter.tones.count - 1)
    let lower = Int(position)
    let a = SkinPainter.tones[lower]
    let b = SkinPainter.tones[lower + 1]
    let share = position - Float(lower)
    let from = Light.density(a.0, a.1, a.2)
    let to = Light.density(b.0, b.1, b.2)
    let rosy = (random.chance(0.35) ? random.within(0.15, 0.4) : random.within(0, 0.12)) * (1 - tone)
    let sallow = random.bell() * 0.05
    self.tone = from + (to - from) * share + Triple(0, rosy, rosy * 0.75 + sallow)
    // Haemoglobin absorbs green most.
    blush = Triple(0.12, 0.6, 0.45) * random.within(0.4, 1.2) * (1 - 0.5 * tone)
    depth = random.within(0.2, 0.5)
  }

  func paint(_ canvas: inout Canvas, _ random: inout PhantomRandom) {
    let broad = Noise(&random)
    let fine = Noise(&random)
    let lines = Noise(&random)
    let turns = random.unit()
    let along = SIMD2(Polynomials.cosine(turns), Polynomials.sine(turns))
    let furrow = random.chance(0.6) ? random.within(0.05, 0.3) : 0
    let capillaries = random.chance(0.35) ? random.within(0.15, 0.4) : 0
    let clouds = Relief(broad, frequency: 0.008, octaves: 3, cell: 6, extent: canvas.extent)
    let step = 1 / canvas.scale
    let melanin = Triple(0.55, 0.85, 1.0)
    var index = 0
    for row in 0..<canvas.height {
      let y = (Float(row) + 0.5) * step
      for column in 0..<canvas.width {
        let x = (Float(column) + 0.5) * step
        let cloud = clouds.value(x, y)
        let grain = fine.fractal(x * 0.055 + y * 0.02, y * 0.055 - x * 0.02, octaves: 4)
        var ridge: Float = 0
        if furrow > 0 {
          // Furrows run one way: noise stretched along it.
          let s = x * along.x + y * along.y
          let p = y * along.x - x * along.y
          ridge = (abs(lines.smooth(s * 0.02, p * 0.13) - 0.5) - 0.12) * furrow
        }
        var red: Float = 0
        if capillaries > 0 {
          let vein = abs(broad.smooth(x * 0.03 + cloud * 3, y * 0.03 + grain * 0.6) - 0.5)
          red = capillaries * (1 - min(1, vein * 16)) * (0.5 + cloud)
        }
        canvas.density[index] =
          tone + blush * (cloud + 0.3 * grain + max(0, red)) + melanin * (grain * depth + ridge)
        index += 1
      }
    }
    paintFreckles(&canvas, &random)
  }

  private func paintFreckles(_ canvas: inout Canvas, _ random: inout PhantomRandom) {
    guard random.chance(0.35) else { return }
    var layer = Layer(over: canvas)
    for _ in 0..<random.count(2...14) {
      let place = SIMD2(random.unit() * canvas.extent.x, random.unit() * canvas.extent.y)
      layer.spot(at: place, radius: random.within(1.5, 5), softness: 4, opacity: random.within(0.1, 0.3))
    }
    canvas.absorb(Triple(0.5, 0.9, 1.1), where: layer)
  }
}

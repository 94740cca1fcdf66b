/// The camera: light that falls unevenly, the tube's dark corners, focus, the sensor's noise, eight bits.
struct Exposure {
  private let gain: Triple
  private let slope: SIMD2<Float>
  private let falloff: Float
  private let tube: Tube?
  private let blur: Float
  private let noise: Float

  /// The black frame of a dermatoscope's tube.
  private struct Tube {
    let centre: SIMD2<Float>
    let radius: Float
    let edge: Float
  }

  init(lesion: LesionOutline, extent: (x: Float, y: Float), _ random: inout PhantomRandom) {
    let exposure = 1 + random.bell() * 0.05
    // Most cameras lean to pink and violet, some to yellow.
    let violet = random.chance(0.5) ? random.within(0.05, 0.16) : random.within(-0.05, 0.05)
    let warm = random.bell() * 0.02
    gain = Triple(1 + warm, 1 - violet * 0.5, 1 + violet - warm) * exposure
    slope = SIMD2(random.bell(), random.bell()) * 0.035
    falloff = random.chance(0.55) ? random.within(0.1, 0.4) : random.within(0, 0.1)
    let centre = SIMD2(extent.x / 2 + random.bell() * 6, extent.y / 2 + random.bell() * 6)
    var reach: Float = 0
    for i in stride(from: 0, to: LesionOutline.directions, by: 8) {
      let d = lesion.point(Float(i) / Float(LesionOutline.directions), 1.12) - centre
      reach = max(reach, (d.x * d.x + d.y * d.y).squareRoot())
    }
    let radius = max(reach + 14, Canvas.shortSide * random.within(0.56, 0.66))
    let hasTube = random.chance(0.17)
    tube = hasTube ? Tube(centre: centre, radius: radius, edge: random.within(2, 14)) : nil
    blur = random.chance(0.75) ? random.within(0.45, 0.8) : random.within(0.8, 1.35)
    noise = random.within(0.6, 2.2)
  }

  /// Takes the picture: `width × height × 3` bytes of sRGB.
  func develop(_ canvas: Canvas, _ random: inout PhantomRandom) -> [UInt8] {
    var light = canvas.density.map(Light.through)
    Blur(radius: blur * canvas.scale).apply(to: &light, width: canvas.width, height: canvas.height)
    let seeds = Noise(&random)
    let extent = canvas.extent
    let middle = SIMD2(extent.x / 2, extent.y / 2)
    let reach = (middle.x * middle.x + middle.y * middle.y).squareRoot()
    let step = 1 / canvas.scale
    var bytes: [UInt8] = []
    bytes.reserveCapacity(canvas.width * canvas.height * 3)
    let levels = Light.levels
    var index = 0
    for row in 0..<canvas.height {
      for column in 0..<canvas.width {
        let place = SIMD2((Float(column) + 0.5) * step, (Float(row) + 0.5) * step)
        let d = (place - middle) / reach
        let q = d.x * d.x + d.y * d.y
        var lit = (1 + slope.x * d.x + slope.y * d.y) * (1 - falloff * q * (0.35 + 0.65 * q))
        if let tube {
          let e = place - tube.centre
          let distance = (e.x * e.x + e.y * e.y).squareRoot()
          lit *= 1 - 0.985 * Polynomials.smoothstep(tube.radius - tube.edge, tube.radius + tube.edge, distance)
        }
        let color = light[index] * gain * lit
        index += 1
        // One grain for all three channels and one for each, triangular.
        let x = Int32(column)
        let y = Int32(row) &* 4
        let common = seeds.value(x, y)
        append(color.x, common + seeds.value(x, y &+ 1) - 1, levels, to: &bytes)
        append(color.y, common + seeds.value(x, y &+ 2) - 1, levels, to: &bytes)
        append(color.z, common + seeds.value(x, y &+ 3) - 1, levels, to: &bytes)
      }
    }
    return bytes
  }

  @inline(__always)
  private func append(_ linear: Float, _ grain: Float, _ levels: [Float], to bytes: inout [UInt8]) {
    let value = levels[Int(max(0, min(1, linear)) * Float(levels.count - 1) + 0.5)] + grain * noise * 1.6
    bytes.append(UInt8(max(0, min(255, value + 0.5))))
  }
}

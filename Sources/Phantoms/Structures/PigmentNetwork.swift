/// A pigment network: brown lines around lighter holes, as the cells of a Voronoi diagram over a jittered lattice.
struct PigmentNetwork {
  private let cell: Float
  private let jitter: Float
  private let line: Float
  private let strength: Float
  private let variation: Float
  private let bend: Float
  private let noiseX: Noise
  private let noiseY: Noise
  private let uneven: Noise

  /// - Parameter atypical: lines of uneven width and darkness, cells of uneven size.
  init(atypical: Bool, _ random: inout PhantomRandom) {
    cell = atypical ? random.within(13, 19) : random.within(11, 16)
    jitter = atypical ? 0.95 : 0.8
    line = random.within(0.13, 0.19)
    strength = random.within(1.3, 1.8)
    variation = atypical ? 0.9 : 0.5
    bend = atypical ? 1.6 : 0.9
    noiseX = Noise(&random)
    noiseY = Noise(&random)
    uneven = Noise(&random)
  }

  /// Density to add at a place in units: more on the lines, less in the holes, fading towards the border.
  @inline(__always)
  func density(_ x: Float, _ y: Float, t: Float) -> Float {
    // Bent, so that lines are not straight and holes not alike.
    let u = x / cell + uneven.smooth(x * 0.05 + 7, y * 0.05) * bend
    let v = y / cell + uneven.smooth(x * 0.05, y * 0.05 + 70) * bend
    let fx = Float(Polynomials.floor(u))
    let fy = Float(Polynomials.floor(v))
    var nearest: Float = 9
    var second: Float = 9
    for j: Float in [-1, 0, 1] {
      for i: Float in [-1, 0, 1] {
        let gx = fx + i
        let gy = fy + j
        let ix = Int32(gx)
        let iy = Int32(gy)
        // Every other row is shifted by half a cell: nearer to a honeycomb than to a grid.
        let shift: Float = iy & 1 == 0 ? 0.25 : 0.75
        let dx = gx + shift + (noiseX.value(ix, iy) - 0.5) * jitter - u
        let dy = gy + 0.5 + (noiseY.value(ix, iy) - 0.5) * jitter - v
        let d = dx * dx + dy * dy
        if d < nearest {
          second = nearest
          nearest = d
        } else if d < second {
          second = d
        }
      }
    }
    let gap = second.squareRoot() - nearest.squareRoot()
    let patchy = uneven.fractal(x * 0.018, y * 0.018, octaves: 2)
    let width = line * (1 + patchy * variation * 2)
    let onLine = 1 - Polynomials.smoothstep(width * 0.2, width * 2.1, gap)
    let fade = 1 - Polynomials.smoothstep(0.72, 1.02, t)
    return (onLine * (1 + patchy * variation) - 0.34) * strength * (0.25 + 0.75 * fade)
  }
}

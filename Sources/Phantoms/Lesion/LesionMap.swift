/// Where each pixel lies in the lesion: 0 at its centre, 1 on its border, more outside.
struct LesionMap {
  let outline: LesionOutline
  /// Half the width of the border's fall-off, as a share of the radius.
  let edge: Float
  /// The pixels' columns and rows that the lesion, its border and its streaks can reach.
  let columns: Range<Int>
  let rows: Range<Int>
  /// Depth at each pixel of those columns and rows, row by row.
  private(set) var depth: [Float]

  init(_ outline: LesionOutline, edge: Float, roughness: Float, over canvas: Canvas, _ random: inout PhantomRandom) {
    self.outline = outline
    self.edge = edge
    let longest = outline.radii.reduce(0, max)
    let reach = longest * (1.1 + edge + roughness)
    func bounds(_ centre: Float, _ limit: Int) -> Range<Int> {
      let low = Int(max(0, ((centre - reach) * canvas.scale).rounded(.down))).clamped(to: 0...(limit - 1))
      let high = Int(min(Float(limit), ((centre + reach) * canvas.scale).rounded(.up))).clamped(to: (low + 1)...limit)
      return low..<high
    }
    columns = bounds(outline.centre.x, canvas.width)
    rows = bounds(outline.centre.y, canvas.height)
    depth = Array(repeating: 0, count: columns.count * rows.count)
    let noise = Noise(&random)
    let step = 1 / canvas.scale
    var index = 0
    for y in rows {
      let dy = (Float(y) + 0.5) * step - outline.centre.y
      for x in columns {
        let dx = (Float(x) + 0.5) * step - outline.centre.x
        let distance = (dx * dx + dy * dy).squareRoot()
        let t = distance / outline.radius(Polynomials.direction(dx, dy))
        // Only near the border does its roughness matter.
        if t > 0.6, t < 1.6 {
          let rough = t + noise.fractal(dx * 0.04, dy * 0.04, octaves: 5) * roughness
          // The border is sharper on one stretch than on the next.
          let sharpness = 1 + (noise.smooth(dx * 0.012 + 50, dy * 0.012) - 0.45) * 1.2
          let near = Polynomials.smoothstep(0.6, 0.85, t)
          depth[index] = 1 + (rough - 1) * (1 + (sharpness - 1) * near)
        } else {
          depth[index] = t
        }
        index += 1
      }
    }
  }

  /// How much lesion there is at a depth.
  @inline(__always)
  func presence(_ depth: Float) -> Float {
    1 - Polynomials.smoothstep(1 - edge, 1 + edge, depth)
  }

  /// Visits the pixels that have some lesion: index in the canvas, depth, and place in units.
  @inline(__always)
  func forEachPixel(of canvas: Canvas, within limit: Float, _ visit: (Int, Float, Float, Float) -> Void) {
    let step = 1 / canvas.scale
    var index = 0
    for y in rows {
      for x in columns {
        let t = depth[index]
        index += 1
        if t < limit {
          visit(y * canvas.width + x, t, (Float(x) + 0.5) * step, (Float(y) + 0.5) * step)
        }
      }
    }
  }
}

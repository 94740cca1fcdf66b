/// A dermatoscope's scale: ticks along one edge of the frame, or aslant in a corner.
enum Ruler {
  static func paint(_ canvas: inout Canvas, _ random: inout PhantomRandom) {
    let kind = random.unit()
    guard kind < 0.14 else { return }
    var layer = Layer(over: canvas)
    let extent = canvas.extent
    if kind < 0.07 {
      let gap = random.within(11, 16)
      let left = random.chance(0.5)
      let first = random.within(20, 80)
      cover(random.count(14...24), first: first, gap: gap, left: left, extent, &layer)
    } else {
      let right = random.chance(0.7)
      let lower = random.chance(0.4)
      for tick in 0..<random.count(3...5) {
        let x = Float(tick) * 33 + 6
        let y = 104 - Float(tick) * 31
        let from = SIMD2(right ? extent.x - x : x, lower ? extent.y - y : y)
        let way = SIMD2<Float>(right ? -1 : 1, lower ? -0.75 : 0.75)
        layer.stroke(from: from, to: from + way * 15, radius: 1.6, 1.6, softness: 0.5)
      }
    }
    tint(&canvas, where: layer)
  }

  /// Covers this many ticks along the left or the right edge, every fifth a long one; in units.
  static func cover(
    _ ticks: Int, first: Float, gap: Float, left: Bool, _ extent: (x: Float, y: Float), _ layer: inout Layer
  ) {
    for tick in 0..<ticks {
      let y = first + Float(tick) * gap
      let length: Float = tick % 5 == 0 ? 26 : 14
      let x = left ? 14 : extent.x - 14
      let end = left ? x + length : x - length
      layer.stroke(from: SIMD2(x, y), to: SIMD2(end, y), radius: 0.9, 0.9, softness: 0.5, opacity: 0.85)
    }
  }

  /// Prints what is covered.
  static func tint(_ canvas: inout Canvas, where layer: Layer) {
    canvas.tint(Light.density(24, 22, 26), by: 0.92, where: layer)
  }
}

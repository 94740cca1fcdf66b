/// How much of each pixel a set of strokes covers, 0 to 1; strokes that overlap do not add up.
struct Layer {
  let width: Int
  let height: Int
  let scale: Float
  private(set) var coverage: [Float]
  private var top: Int
  private var bottom: Int

  init(over canvas: Canvas) {
    width = canvas.width
    height = canvas.height
    scale = canvas.scale
    coverage = Array(repeating: 0, count: canvas.width * canvas.height)
    top = canvas.height
    bottom = -1
  }

  /// Covers a tapering stroke with round ends, in units, anti-aliased; `softness` in units widens its edge.
  mutating func stroke(
    from a: SIMD2<Float>, to b: SIMD2<Float>, radius ra: Float, _ rb: Float, softness: Float = 0, opacity: Float = 1
  ) {
    let p = a * scale
    let q = b * scale
    let r0 = ra * scale
    let r1 = rb * scale
    let edge = max(0.5, softness * scale)
    // What is thinner than a pixel is drawn a pixel wide and fainter.
    let thin = min(1, max(r0, r1) / 0.5)
    let reach = max(max(r0, r1), 0.5) + edge + 1
    let left = Layer.pixel(min(p.x, q.x) - reach, below: width)
    let right = Layer.pixel(max(p.x, q.x) + reach, below: width)
    let upper = Layer.pixel(min(p.y, q.y) - reach, below: height)
    let lower = Layer.pixel(max(p.y, q.y) + reach, below: height)
    guard left <= right, upper <= lower else { return }
    let along = q - p
    let length = along.x * along.x + along.y * along.y
    for y in upper...lower {
      for x in left...right {
        let d = SIMD2<Float>(Float(x) + 0.5, Float(y) + 0.5) - p
        let t = length > 1e-9 ? max(0, min(1, (d.x * along.x + d.y * along.y) / length)) : 0
        let e = d - along * t
        let distance = (e.x * e.x + e.y * e.y).squareRoot()
        let radius = max(0.5, r0 + (r1 - r0) * t)
        let cover = max(0, min(1, (radius + edge - distance) / (2 * edge))) * opacity * thin
        if cover > coverage[y * width + x] { coverage[y * width + x] = cover }
      }
    }
    top = min(top, upper)
    bottom = max(bottom, lower)
  }

  /// Covers a round spot, in units.
  mutating func spot(at centre: SIMD2<Float>, radius: Float, softness: Float = 0, opacity: Float = 1) {
    stroke(from: centre, to: centre, radius: radius, radius, softness: softness, opacity: opacity)
  }

  /// Visits the pixels that are covered at all.
  @inline(__always)
  func forEachCovered(_ visit: (_ index: Int, _ coverage: Float) -> Void) {
    guard top <= bottom else { return }
    for index in (top * width)..<((bottom + 1) * width) where coverage[index] > 0 {
      visit(index, coverage[index])
    }
  }

  private static func pixel(_ position: Float, below limit: Int) -> Int {
    Int(max(-1, min(Float(limit), position)).rounded(.down)).clamped(to: 0...(limit - 1))
  }
}

extension Int {
  func clamped(to range: ClosedRange<Int>) -> Int {
    Swift.min(range.upperBound, Swift.max(range.lowerBound, self))
  }
}

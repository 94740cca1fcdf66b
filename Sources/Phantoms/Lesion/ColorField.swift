/// A field over the lesion whose highest values mark an area of a wanted size.
///
/// The field is first sampled over the lesion; the thresholds are quantiles of the samples, so that a colour gets the
/// share of the lesion that was planned for it whatever the noise.
struct ColorField {
  enum Kind {
    /// Rings and drifts: dark towards the middle, or towards one side.
    case gradient(centre: Float, drift: SIMD2<Float>, noise: Float)
    /// Cloudy areas.
    case clouds
    /// Ovoid nests: centre and radius of each.
    case nests([(place: SIMD2<Float>, radius: SIMD2<Float>)])
  }

  private let kind: Kind
  private let noise: Noise
  private let frequency: Float
  private let centre: SIMD2<Float>
  private let size: Float
  private(set) var thresholds: [Float] = []
  private var softness: Float = 0.05

  /// - Parameter shares: the areas from the field's lowest values to its highest; one threshold lies between each two.
  init(_ kind: Kind, of outline: LesionOutline, shares: [Float], softness: Float, _ random: inout PhantomRandom) {
    self.kind = kind
    noise = Noise(&random)
    centre = outline.centre
    size = outline.radii.reduce(0, +) / Float(outline.radii.count)
    if case .clouds = kind { frequency = random.within(1.1, 1.8) } else { frequency = random.within(1.8, 3.2) }
    var samples: [Float] = []
    for i in 0..<1024 {
      // Even over the area: the golden angle, and the root of the rank.
      let place = outline.point(Float(i) * 0.618_034, ((Float(i) + 0.5) / 1024).squareRoot() * 0.97)
      samples.append(value(place.x, place.y, t: ((Float(i) + 0.5) / 1024).squareRoot() * 0.97))
    }
    samples.sort()
    self.softness = softness * (samples[973] - samples[51])
    var sum: Float = 0
    for share in shares.dropLast() {
      sum += share
      thresholds.append(samples[Int(sum * 1023).clamped(to: 0...1023)])
    }
  }

  @inline(__always)
  func value(_ x: Float, _ y: Float, t: Float) -> Float {
    let u = (x - centre.x) / size
    let v = (y - centre.y) / size
    switch kind {
    case .gradient(let middle, let drift, let strength):
      return (1 - t) * middle + u * drift.x + v * drift.y
        + noise.fractal(u * frequency + 31, v * frequency + 7, octaves: 5) * strength
    case .clouds:
      return noise.fractal(u * frequency + 5, v * frequency + 11, octaves: 5) - Polynomials.smoothstep(0.5, 1.05, t)
        * 0.35
    case .nests(let nests):
      var best: Float = -4
      for nest in nests {
        let dx = (u - nest.place.x) / nest.radius.x
        let dy = (v - nest.place.y) / nest.radius.y
        best = max(best, 1 - (dx * dx + dy * dy).squareRoot())
      }
      return best + noise.fractal(u * 4, v * 4, octaves: 4) * 0.4
    }
  }

  /// How far a value lies above each threshold, 0 to 1.
  @inline(__always)
  func step(_ value: Float, over threshold: Int) -> Float {
    Polynomials.smoothstep(thresholds[threshold] - softness, thresholds[threshold] + softness, value)
  }
}

import VisionLanguage

/// Replaces a lesion by skin: the colour of its surroundings drawn inwards, with the texture of the skin.
struct LesionErasure {
  private let width: Int
  private let height: Int
  private let lesion: [Bool]
  private let isSkin: [Bool]
  private let image: FloatImage
  private let fallback: [Float]

  init(_ image: PixelImage, ring: SkinRing) {
    width = image.width
    height = image.height
    lesion = ring.lesion
    isSkin = ring.isSkin
    fallback = ring.color
    self.image = FloatImage(image)
  }

  func erased(_ random: inout RandomStream) throws(PerturbationFault) -> PixelImage {
    let base = ColorFill.filled(image, known: isSkin, fallback: fallback)
    let texture = SkinTexture(image, isSkin: isSkin).field(where: lesion, &random)
    var result = image
    for index in lesion.indices where lesion[index] {
      for channel in 0..<3 {
        result.samples[index * 3 + channel] = base.samples[index * 3 + channel] + texture[index * 3 + channel]
      }
    }
    return try result.rounded()
  }
}

/// Colours for unknown pixels, smooth and continued from the known: means over ever larger squares, back to ever smaller
/// (the push–pull method of Gortler et al. 1996).
enum ColorFill {
  private struct Level {
    var width: Int
    var height: Int
    /// Red, green, blue and weight, 0 to 1.
    var values: [SIMD4<Float>]
  }

  static func filled(_ image: FloatImage, known: [Bool], fallback: [Float]) -> FloatImage {
    var levels = [
      Level(
        width: image.width, height: image.height,
        values: known.indices.map { index in
          let at = index * 3
          return known[index]
            ? SIMD4(image.samples[at], image.samples[at + 1], image.samples[at + 2], 1) : SIMD4(repeating: 0)
        })
    ]
    while let last = levels.last, last.width > 1 || last.height > 1 { levels.append(halved(last)) }
    var coarse = levels.removeLast()
    if coarse.values[0].w == 0 { coarse.values[0] = SIMD4(fallback[0], fallback[1], fallback[2], 1) }
    coarse.values[0].w = 1
    while let fine = levels.popLast() { coarse = completed(fine, from: coarse) }
    return FloatImage(
      width: image.width, height: image.height, samples: coarse.values.flatMap { [$0.x, $0.y, $0.z] })
  }

  private static func halved(_ fine: Level) -> Level {
    let (width, height) = ((fine.width + 1) / 2, (fine.height + 1) / 2)
    var values = [SIMD4<Float>](repeating: SIMD4(repeating: 0), count: width * height)
    for y in 0..<height {
      for x in 0..<width {
        var (sum, weight) = (SIMD4<Float>(repeating: 0), Float(0))
        for fy in (2 * y)..<min(2 * y + 2, fine.height) {
          for fx in (2 * x)..<min(2 * x + 2, fine.width) {
            let value = fine.values[fy * fine.width + fx]
            sum += value * value.w
            weight += value.w
          }
        }
        guard weight > 0 else { continue }
        var mean = sum / weight
        mean.w = min(1, weight)
        values[y * width + x] = mean
      }
    }
    return Level(width: width, height: height, values: values)
  }

  /// The fine level with its gaps taken from the coarse one, bilinearly.
  private static func completed(_ fine: Level, from coarse: Level) -> Level {
    var result = fine
    for y in 0..<fine.height {
      for x in 0..<fine.width {
        let index = y * fine.width + x
        let value = fine.values[index]
        guard value.w < 1 else { continue }
        var mixed = value * value.w + sampled(coarse, (Float(x) - 0.5) / 2, (Float(y) - 0.5) / 2) * (1 - value.w)
        mixed.w = 1
        result.values[index] = mixed
      }
    }
    return result
  }

  private static func sampled(_ level: Level, _ x: Float, _ y: Float) -> SIMD4<Float> {
    let (x, y) = (max(0, min(Float(level.width - 1), x)), max(0, min(Float(level.height - 1), y)))
    let (left, top) = (Int(x), Int(y))
    let (right, bottom) = (min(left + 1, level.width - 1), min(top + 1, level.height - 1))
    let (dx, dy) = (x - Float(left), y - Float(top))
    let upper = level.values[top * level.width + left] * (1 - dx) + level.values[top * level.width + right] * dx
    let lower = level.values[bottom * level.width + left] * (1 - dx) + level.values[bottom * level.width + right] * dx
    return upper * (1 - dy) + lower * dy
  }
}

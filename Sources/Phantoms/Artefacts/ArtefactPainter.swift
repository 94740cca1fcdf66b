import VisionLanguage

/// Paints on any picture what lies over skin in photographs: hairs, bubbles in the gel, a ruler, ink, a colour chart,
/// lines.
///
/// Lengths are in units of which the picture's short side has 450, as in phantoms. The same picture, seed and calls give
/// the same bytes; a pixel that nothing touches keeps its bytes. Of two counts with one seed, the larger adds to the smaller.
public struct ArtefactPainter: Sendable {
  /// Units of the short side.
  public static let shortSide = Double(Canvas.shortSide)

  private let image: PixelImage
  private let before: [Triple]
  private var canvas: Canvas
  private let seed: UInt64

  /// A painter of a picture.
  ///
  /// - Parameters:
  ///   - image: what is painted on.
  ///   - seed: of what is drawn by lot.
  public init(_ image: PixelImage, seed: UInt64) {
    self.image = image
    self.seed = seed
    var canvas = Canvas(width: image.width, height: image.height)
    let density = Self.densities
    image.pixels.withUnsafeBufferPointer { pixels in
      for index in canvas.density.indices {
        canvas.density[index] = Triple(
          density[Int(pixels[index * 3])], density[Int(pixels[index * 3 + 1])], density[Int(pixels[index * 3 + 2])])
      }
    }
    before = canvas.density
    self.canvas = canvas
  }

  /// The density that shows as each byte.
  private static let densities = (0..<256).map { -Polynomials.log2(Light.decoded(Float($0) / 255)) }

  /// The sides in units.
  public var extent: (width: Double, height: Double) { (Double(canvas.extent.x), Double(canvas.extent.y)) }

  /// Lays dark hairs, which all lie in about one direction.
  public mutating func hairs(_ count: Int, placed placement: HairPlacement) {
    var random = PhantomRandom(seed, 1)
    var layer = Layer(over: canvas)
    let heading = random.unit()
    let ground = StrandGround(placement, width: canvas.width, height: canvas.height, scale: canvas.scale)
    for _ in 0..<count {
      ground.strand(over: canvas.extent, heading: heading, &random).cover(&layer)
    }
    canvas.tint(Light.density(42, 28, 22), by: 0.9, where: layer)
  }

  /// Puts bubbles into the gel, all over the picture.
  public mutating func bubbles(_ count: Int) {
    var random = PhantomRandom(seed, 2)
    let extent = canvas.extent
    // Each of them paints over those before, so that a larger count adds to a smaller.
    for _ in 0..<count {
      Bubbles.paint(1, on: &canvas, &random) { SIMD2($0.unit() * extent.x, $0.unit() * extent.y) }
    }
  }

  /// Prints a ruler's ticks along the left edge, 13 units apart; those that do not fit are left out.
  public mutating func ruler(ticks: Int) {
    var layer = Layer(over: canvas)
    let (first, gap): (Float, Float) = (20, 13)
    let fitting = max(0, Int((canvas.extent.y - 2 * first) / gap) + 1)
    Ruler.cover(min(ticks, fitting), first: first, gap: gap, left: true, canvas.extent, &layer)
    Ruler.tint(&canvas, where: layer)
  }

  /// Draws marks of a surgeon's violet pen near the picture's border.
  public mutating func ink(marks: Int) {
    var random = PhantomRandom(seed, 3)
    var layer = Layer(over: canvas)
    for _ in 0..<marks {
      var place = borderPlace(inset: random.within(0, 0.12), &random)
      var way = random.unit()
      let (bend, radius) = (random.bell() * 0.01, random.within(3, 6))
      for _ in 0..<random.count(8...16) {
        way += bend
        let next = place + SIMD2(Polynomials.cosine(way), Polynomials.sine(way)) * 5
        layer.stroke(from: place, to: next, radius: radius, radius, softness: 1.2, opacity: 0.9)
        place = next
      }
    }
    // Gentian violet lets violet through, and no yellow or green.
    canvas.absorb(Triple(1.6, 2.6, 0.5), where: layer)
  }

  /// Sticks round coloured patches, as used to calibrate colours, over the picture's border.
  public mutating func colorChart(patches: Int) {
    var random = PhantomRandom(seed, 4)
    let colors = [(38, 92, 178), (58, 148, 84), (240, 200, 40), (206, 52, 44), (236, 236, 232), (22, 22, 24)]
    for patch in 0..<patches {
      var layer = Layer(over: canvas)
      let place = borderPlace(inset: 0.02, &random)
      layer.spot(at: place, radius: random.within(38, 58), softness: 0.8)
      let color = colors[patch % colors.count]
      canvas.tint(Light.density(Float(color.0), Float(color.1), Float(color.2)), by: 1, where: layer)
    }
  }

  /// Draws lines with round ends, such as letters.
  ///
  /// - Parameters:
  ///   - lines: each a list of points in units, from the upper left.
  ///   - radius: half the lines' width, in units.
  ///   - red: sRGB, 0 to 255; so are green and blue.
  ///   - green: see `red`.
  ///   - blue: see `red`.
  public mutating func draw(_ lines: [[SIMD2<Float>]], radius: Double, red: UInt8, green: UInt8, blue: UInt8) {
    var layer = Layer(over: canvas)
    for line in lines {
      for (from, to) in zip(line, line.dropFirst()) {
        layer.stroke(from: from, to: to, radius: Float(radius), Float(radius))
      }
    }
    canvas.tint(Light.density(Float(red), Float(green), Float(blue)), by: 1, where: layer)
  }

  /// The picture as painted so far.
  public func painted() -> PixelImage {
    var bytes = image.pixels
    for index in canvas.density.indices where canvas.density[index] != before[index] {
      let light = Light.through(canvas.density[index])
      for (channel, value) in [light.x, light.y, light.z].enumerated() {
        bytes[index * 3 + channel] = UInt8(max(0, min(255, Light.encoded(value) * 255 + 0.5)))
      }
    }
    do {
      return try PixelImage(width: image.width, height: image.height, pixels: bytes)
    } catch {
      preconditionFailure("a painted picture has \(bytes.count) bytes")
    }
  }

  /// A place at a distance from the border that is a share of the side.
  private func borderPlace(inset: Float, _ random: inout PhantomRandom) -> SIMD2<Float> {
    let extent = canvas.extent
    let (along, side) = (random.unit(), random.count(0...3))
    return switch side {
    case 0: SIMD2(along * extent.x, inset * extent.y)
    case 1: SIMD2((1 - inset) * extent.x, along * extent.y)
    case 2: SIMD2(along * extent.x, (1 - inset) * extent.y)
    default: SIMD2(inset * extent.x, along * extent.y)
    }
  }
}

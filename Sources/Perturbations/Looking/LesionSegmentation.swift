import VisionLanguage

/// Finds the lesion by Otsu's threshold (1979) of the blue channel, where pigment absorbs most.
///
/// Before it: dark frames are set aside, hairs are closed (as DullRazor does, Lee et al. 1997), and uneven light is
/// levelled. After it: the largest component is kept, central pixels counting more; holes are filled; and the outline is
/// moved out a little, as dermatologists draw it.
public enum LesionSegmentation {
  /// Short side, in pixels, at which the lesion is looked for.
  static let side = 225
  /// Pixels that the outline is moved out, at that size.
  static let margin = 5.0
  /// Samples up to here, in all channels, may be a black frame.
  private static let darkest: UInt8 = 60

  /// Finds the lesion in a picture.
  ///
  /// - Returns: a mask of the picture's size.
  /// - Throws: ``PerturbationFault/noMask(reason:)`` where there is nothing that could be a lesion.
  public static func mask(of image: PixelImage) throws(PerturbationFault) -> LesionMask {
    let small = try WorkingSize(shortSide: side, grid: 224).scaled(image)
    let (width, height) = (small.width, small.height)
    let frame = darkFrame(small)
    let radii = centralRadii(width: width, height: height)
    let isSkin = zip(frame, radii).map { !$0 && $1 < 1.15 }
    var blue = (0..<(width * height)).map { Float(small.pixels[$0 * 3 + 2]) }
    blue = Morphology.closed(blue, width: width, height: height, reach: 3)
    blue = levelled(blue, width: width, height: height, ring: zip(frame, radii).map { !$0 && $1 > 0.75 && $1 < 1.15 })
    blue = smoothed(blue, width: width, height: height)
    let levels = blue.map { UInt8(max(0, min(255, $0))) }
    guard let threshold = otsu(zip(levels, isSkin).filter(\.1).map(\.0)) else {
      throw .noMask(reason: "the picture has one colour")
    }
    var dark = zip(levels, isSkin).map { $0 <= threshold && $1 }
    dark = Morphology.opened(dark, width: width, height: height, reach: 2)
    guard let lesion = Components.central(dark, width: width, height: height, radii: radii) else {
      throw .noMask(reason: "no lesion was found")
    }
    let filled = Components.filled(lesion, width: width, height: height)
    let limit = Float(margin * margin)
    let wide = zip(DistanceTransform.squares(to: filled, width: width, height: height), frame)
      .map { $0 <= limit && !$1 }
    return try enlarged(wide, width: width, height: height, to: image)
  }

  private static func enlarged(
    _ inside: [Bool], width: Int, height: Int, to image: PixelImage
  ) throws(PerturbationFault) -> LesionMask {
    var result: [Bool] = []
    result.reserveCapacity(image.width * image.height)
    for y in 0..<image.height {
      let row = y * height / image.height * width
      for x in 0..<image.width { result.append(inside[row + x * width / image.width]) }
    }
    return try LesionMask(width: image.width, height: image.height, inside: result, source: .found)
  }

  /// Dark pixels that hang together with the border, and what is near them.
  static func darkFrame(_ image: PixelImage) -> [Bool] {
    let (width, height) = (image.width, image.height)
    let dark = (0..<(width * height)).map { image.pixels[($0 * 3)..<($0 * 3 + 3)].allSatisfy { $0 < darkest } }
    let seeds = dark.indices.filter {
      dark[$0] && ($0 % width == 0 || $0 % width == width - 1 || $0 < width || $0 >= width * (height - 1))
    }
    let frame = Components.connected(to: seeds, in: dark, width: width, height: height)
    return DistanceTransform.squares(to: frame, width: width, height: height).map { $0 <= 16 }
  }

  /// The squared distance of each pixel from the centre, where 1 is the ellipse that touches the sides.
  static func centralRadii(width: Int, height: Int) -> [Float] {
    (0..<(width * height)).map { index in
      let x = (Float(index % width) + 0.5) / Float(width) * 2 - 1
      let y = (Float(index / width) + 0.5) / Float(height) * 2 - 1
      return x * x + y * y
    }
  }

  /// Takes the slope of the light away: the plane that fits the outer ring best.
  private static func levelled(_ values: [Float], width: Int, height: Int, ring: [Bool]) -> [Float] {
    let outer = values.indices.filter { ring[$0] }
    guard outer.count > 50 else { return values }
    let median = values.median(of: outer)
    let bright = outer.filter { values[$0] >= median - 25 }
    guard bright.count > 50, let plane = Plane(through: bright, values, width: width, height: height) else {
      return values
    }
    return values.indices.map { values[$0] - Float(plane.slope(at: $0)) }
  }

  /// A Gaussian of two pixels.
  private static func smoothed(_ values: [Float], width: Int, height: Int) -> [Float] {
    let grey = FloatImage(width: width, height: height, samples: values.flatMap { [$0, $0, $0] })
    let smooth = Convolution.gaussian(grey, deviation: 2, .repeated)
    return values.indices.map { smooth.samples[$0 * 3] }
  }

  /// The level up to which a sample is dark: the one that separates two classes best. `nil` for a single level.
  static func otsu(_ levels: [UInt8]) -> UInt8? {
    var histogram = [Double](repeating: 0, count: 256)
    for level in levels { histogram[Int(level)] += 1 }
    let count = Double(levels.count)
    let total = histogram.enumerated().reduce(0) { $0 + Double($1.offset) * $1.element }
    var (below, sum, best, threshold) = (0.0, 0.0, 0.0, UInt8?.none)
    for level in 0..<255 {
      below += histogram[level]
      sum += Double(level) * histogram[level]
      guard below > 0, below < count else { continue }
      let difference = sum / below - (total - sum) / (count - below)
      let separation = below * (count - below) * difference * difference
      if separation > best { (best, threshold) = (separation, UInt8(level)) }
    }
    return threshold
  }
}

import Imaging
import VisionLanguage

/// Brightness, contrast and colour of the light, and the dark corners of a dermatoscope's tube.
enum Lighting {
  /// Multiplies every sample (Pillow's `ImageEnhance.Brightness`: clipped, decimals cut off).
  static func brightness(_ image: PixelImage, factor: Double) throws(PerturbationFault) -> PixelImage {
    let table = (0..<256).map { UInt8(max(0, min(255, Float(factor) * Float($0)))) }
    return try picture(image.width, image.height, image.pixels.map { table[Int($0)] })
  }

  /// Multiplies each sample's distance from the picture's mean grey (Pillow's `ImageEnhance.Contrast`).
  static func contrast(_ image: PixelImage, factor: Double) throws(PerturbationFault) -> PixelImage {
    do {
      return try ImagePreparer.prepare(
        image, as: .resize(width: image.width, height: image.height, contrast: factor), nativeSide: 1)
    } catch {
      throw .inconsistent("\(error)")
    }
  }

  /// Multiplies each pixel's distance from its own grey (Pillow's `ImageEnhance.Color`: clipped, decimals cut off).
  static func saturation(_ image: PixelImage, factor: Double) throws(PerturbationFault) -> PixelImage {
    var bytes = image.pixels
    for at in stride(from: 0, to: bytes.count - 2, by: 3) {
      // ITU-R 601 luma in sixteen bits, rounded, as Pillow's conversion to L.
      let grey = (19_595 * Int(bytes[at]) + 38_470 * Int(bytes[at + 1]) + 7_471 * Int(bytes[at + 2]) + 0x8000) >> 16
      for channel in at..<at + 3 {
        bytes[channel] = UInt8(max(0, min(255, Float(grey) + Float(factor) * Float(Int(bytes[channel]) - grey))))
      }
    }
    return try picture(image.width, image.height, bytes)
  }

  /// Multiplies red and blue: another white balance.
  static func gain(_ image: PixelImage, red: Double, blue: Double) throws(PerturbationFault) -> PixelImage {
    try gain(image, [red, 1, blue])
  }

  private static func gain(_ image: PixelImage, _ gains: [Double]) throws(PerturbationFault) -> PixelImage {
    let tables = gains.map { gain in (0..<256).map { UInt8(max(0, min(255, (Double($0) * gain).rounded()))) } }
    var bytes = image.pixels
    for channel in 0..<3 {
      let table = tables[channel]
      for at in stride(from: channel, to: bytes.count, by: 3) { bytes[at] = table[Int(bytes[at])] }
    }
    return try picture(image.width, image.height, bytes)
  }

  /// Takes the lamp's colour away: the shades-of-grey correction (Finlayson and Trezzi 2004; for dermoscopy Barata et al.
  /// 2015) of norm 6.
  ///
  /// Each channel's Minkowski mean is made that of a grey light of the same strength.
  static func shadesOfGrey(_ image: PixelImage) throws(PerturbationFault) -> PixelImage {
    let sixths = (0..<256).map { sample -> Double in
      let square = Double(sample * sample)
      return square * square * square
    }
    var sums = [0.0, 0.0, 0.0]
    for at in image.pixels.indices { sums[at % 3] += sixths[Int(image.pixels[at])] }
    let light = sums.map { sixthRoot($0 / Double(image.pixels.count / 3)) }
    let strength = (light.reduce(0) { $0 + $1 * $1 } / 3).squareRoot()
    return try gain(image, light.map { $0 > 0 ? strength / $0 : 1 })
  }

  /// By Newton's method, from above.
  private static func sixthRoot(_ value: Double) -> Double {
    guard value > 0 else { return 0 }
    let square = value.squareRoot()
    var root = max(1, square.squareRoot())
    for _ in 0..<60 { root -= (root * root * root - square) / (3 * root * root) }
    return root
  }

  /// Hides what is outside a circle about the centre.
  ///
  /// - Parameter radius: in halves of a square picture's side. In other pictures the circle hides the same share, so that a
  ///   dose is the same in every picture.
  static func blackCorners(_ image: PixelImage, radius: Double) throws(PerturbationFault) -> PixelImage {
    let (centerX, centerY) = (image.width / 2, image.height / 2)
    let reach = circleRadius(width: image.width, height: image.height, radius: radius).rounded(.down)
    var bytes = image.pixels
    for y in 0..<image.height {
      for x in 0..<image.width {
        let (dx, dy) = (Double(x - centerX), Double(y - centerY))
        guard dx * dx + dy * dy > reach * reach else { continue }
        for channel in 0..<3 { bytes[(y * image.width + x) * 3 + channel] = 0 }
      }
    }
    return try picture(image.width, image.height, bytes)
  }

  private static func circleRadius(width: Int, height: Int, radius: Double) -> Double {
    if width == height { return Double(width / 2) * radius }
    let shown = shownShare(width: 2, height: 2, radius: radius)
    let (width, height) = (Double(width), Double(height))
    var (low, high) = (0.0, (width * width + height * height).squareRoot() / 2)
    for _ in 0..<60 {
      let middle = (low + high) / 2
      if shownShare(width: width, height: height, radius: middle) < shown { low = middle } else { high = middle }
    }
    return high
  }

  /// The share of a rectangle inside a circle about its centre, from 256 strips.
  private static func shownShare(width: Double, height: Double, radius: Double) -> Double {
    let strips = 256
    var total = 0.0
    for strip in 0..<strips {
      let x = (Double(strip) + 0.5) / Double(strips) * width / 2
      total += min((max(0, radius * radius - x * x)).squareRoot(), height / 2)
    }
    return total / Double(strips) / (height / 2)
  }
}

import VisionLanguage

/// Pictures without a lesion to see, or with nothing but it.
///
/// What is hidden gets the colour of the skin around the lesion, never black, which would read as pigment. Masks are moved out
/// before (``SkinRing/margin``), and edges are softened.
enum Cards {
  /// Nothing but the skin's colour.
  static func skin(_ image: PixelImage, color: [Float]) throws(PerturbationFault) -> PixelImage {
    let pixel = color.map { UInt8(max(0, min(255, $0)) + 0.5) }
    return try picture(
      image.width, image.height, (0..<(image.width * image.height)).flatMap { _ in pixel })
  }

  /// Gaussian noise in the cells of the grid, with the mean and the deviation of each of the picture's channels.
  static func noise(
    _ image: PixelImage, _ cells: GridCells, _ random: inout RandomStream
  ) throws(PerturbationFault) -> PixelImage {
    let count = Double(image.width * image.height)
    let moments = (0..<3).map { channel -> (mean: Double, deviation: Double) in
      var (sum, squares) = (0.0, 0.0)
      for at in stride(from: channel, to: image.pixels.count, by: 3) {
        let value = Double(image.pixels[at])
        sum += value
        squares += value * value
      }
      return (sum / count, max(0, squares / count - sum * sum / count / count).squareRoot())
    }
    let noise = (0..<cells.count).map { cell in
      Float(moments[cell % 3].mean + random.gaussian() * moments[cell % 3].deviation)
    }
    return try cells.changed(image) { noise[$1] }
  }

  /// The picture's tiles in another order; pixels that are left over on the right and below stay.
  static func shuffledTiles(
    _ image: PixelImage, perSide count: Int, _ random: inout RandomStream
  ) throws(PerturbationFault) -> PixelImage {
    let (tileWidth, tileHeight) = (image.width / count, image.height / count)
    guard tileWidth > 0, tileHeight > 0 else { return image }
    var order = Array(0..<(count * count))
    random.shuffle(&order)
    var bytes = image.pixels
    for (to, from) in order.enumerated() {
      for row in 0..<tileHeight {
        let target = ((to / count * tileHeight + row) * image.width + to % count * tileWidth) * 3
        let source = ((from / count * tileHeight + row) * image.width + from % count * tileWidth) * 3
        bytes.replaceSubrange(
          target..<(target + tileWidth * 3), with: image.pixels[source..<(source + tileWidth * 3)])
      }
    }
    return try picture(image.width, image.height, bytes)
  }

  /// The lesion alone, on a card of the skin's colour.
  static func lesionOnly(_ image: PixelImage, _ ring: SkinRing) throws(PerturbationFault) -> PixelImage {
    try blended(image, inside: FloatImage(image), outside: ring.color, ring.lesion)
  }

  /// The lesion's outline: one colour, its median, on one colour, the skin's.
  static func silhouette(
    _ image: PixelImage, _ mask: LesionMask, _ ring: SkinRing
  ) throws(PerturbationFault) -> PixelImage {
    let lesion = SkinRing.median(image, mask.inside.indices.filter { mask.inside[$0] })
    let flat = FloatImage(
      width: image.width, height: image.height, samples: (0..<(image.width * image.height)).flatMap { _ in lesion })
    return try blended(image, inside: flat, outside: ring.color, mask.inside)
  }

  /// A box that holds the lesion hidden under the skin's colour, so that its outline is gone too.
  ///
  /// - Parameter share: the share of the picture that is hidden, in the picture's proportions; 0 for the lesion's own box. A
  ///   lesion that needs more gets more.
  static func boxHidden(
    _ image: PixelImage, _ ring: SkinRing, share: Double
  ) throws(PerturbationFault) -> PixelImage {
    let mask = try LesionMask(width: image.width, height: image.height, inside: ring.lesion, source: .found)
    let box = hidden(mask.box, width: image.width, height: image.height, share: share)
    var bytes = image.pixels
    let pixel = ring.color.map { UInt8(max(0, min(255, $0)) + 0.5) }
    for y in box.top..<box.bottom {
      for x in box.left..<box.right {
        for channel in 0..<3 { bytes[(y * image.width + x) * 3 + channel] = pixel[channel] }
      }
    }
    return try picture(image.width, image.height, bytes)
  }

  /// The lesion's box and the one of a share of the picture about its centre, moved into the picture, together.
  static func hidden(_ box: PixelBox, width: Int, height: Int, share: Double) -> PixelBox {
    let side = max(0, min(1, share)).squareRoot()
    func span(_ low: Int, _ high: Int, _ length: Int) -> (Int, Int) {
      let size = Int((Double(length) * side).rounded())
      let start = max(0, min(length - size, (low + high - size) / 2))
      return (min(low, start), max(high, start + size))
    }
    let (left, right) = span(box.left, box.right, width)
    let (top, bottom) = span(box.top, box.bottom, height)
    return PixelBox(left: left, top: top, right: right, bottom: bottom)
  }

  /// One picture inside a set of pixels and one colour outside, with a soft edge of about two cells.
  private static func blended(
    _ image: PixelImage, inside: FloatImage, outside: [Float], _ set: [Bool]
  ) throws(PerturbationFault) -> PixelImage {
    let edge = Double(min(image.width, image.height)) / 224
    let hard = FloatImage(
      width: image.width, height: image.height,
      samples: set.flatMap { value -> [Float] in value ? [1, 1, 1] : [0, 0, 0] })
    let soft = Convolution.gaussian(hard, deviation: edge, .repeated)
    var result = inside
    for at in result.samples.indices {
      let cover = soft.samples[at]
      result.samples[at] = result.samples[at] * cover + outside[at % 3] * (1 - cover)
    }
    return try result.rounded()
  }
}

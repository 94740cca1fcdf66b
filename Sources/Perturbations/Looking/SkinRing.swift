import VisionLanguage

/// The skin around a lesion: its colour, and which pixels show it.
struct SkinRing {
  /// The lesion with a margin that holds its outline's blur; one value a pixel.
  let lesion: [Bool]
  /// The median colour of the ring around the lesion.
  let color: [Float]
  /// Pixels of skin: outside ``lesion`` and any black frame.
  let isSkin: [Bool]
  /// The ring's pixels, or all of the skin's where there is no ring.
  let pixels: [Int]

  /// Parts of the short side: how far a mask is moved out before it is used, since tight masks leak outline and size; and
  /// how wide the ring is.
  static let margin = 0.03
  static let breadth = 0.12

  init(around mask: LesionMask, in image: PixelImage) {
    let side = Double(min(image.width, image.height))
    let distances = DistanceTransform.squares(to: mask.inside, width: mask.width, height: mask.height)
    let (inner, outer) = (Self.square(Self.margin * side), Self.square((Self.margin + Self.breadth) * side))
    lesion = distances.map { $0 <= inner }
    let frame = LesionSegmentation.darkFrame(image)
    let outside = zip(lesion, frame).map { !$0 && !$1 }
    let ring = distances.indices.filter { outside[$0] && distances[$0] <= outer }
    let skin = ring.isEmpty ? outside.indices.filter { outside[$0] } : ring
    isSkin = outside
    pixels = skin
    color = Self.median(image, skin.isEmpty ? Array(outside.indices) : skin)
  }

  /// The skin's colour in a picture without a mask: the median of the ring between 0.64 and 1 of the ellipse that touches
  /// the sides.
  static func color(of image: PixelImage) -> [Float] {
    median(image, pixels(of: image))
  }

  /// That ring's pixels.
  static func pixels(of image: PixelImage) -> [Int] {
    let radii = LesionSegmentation.centralRadii(width: image.width, height: image.height)
    let frame = LesionSegmentation.darkFrame(image)
    let ring = radii.indices.filter { !frame[$0] && radii[$0] > 0.64 && radii[$0] < 1 }
    return ring.isEmpty ? Array(radii.indices) : ring
  }

  static func median(_ image: PixelImage, _ chosen: [Int]) -> [Float] {
    (0..<3).map { channel in
      var histogram = [Int](repeating: 0, count: 256)
      for index in chosen { histogram[Int(image.pixels[index * 3 + channel])] += 1 }
      var count = 0
      for level in 0..<256 {
        count += histogram[level]
        if 2 * count >= chosen.count { return Float(level) }
      }
      return 255
    }
  }

  private static func square(_ value: Double) -> Float { Float(value * value) }
}

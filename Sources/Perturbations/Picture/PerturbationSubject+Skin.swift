extension PerturbationSubject {
  /// Levels of the darkest and the lightest pixels that are taken for skin: darker ones are hairs, lighter ones glare.
  private static let skinLevels = 40...245
  /// How far a pixel's level may be from the ring's median, in levels.
  private static let spread = 40

  /// The pixels of the skin around the lesion, without hairs, corners and glare; of the picture's outer ring where the lesion
  /// was not found. Empty where nothing is left.
  public var skin: [(red: UInt8, green: UInt8, blue: UInt8)] {
    let places = (try? skinRing.get().pixels) ?? SkinRing.pixels(of: control)
    let pixels = places.map { place in
      (red: control.pixels[place * 3], green: control.pixels[place * 3 + 1], blue: control.pixels[place * 3 + 2])
    }
    let median = SkinRing.median(control, places)
    let middle = Int(median.reduce(0, +) / 3)
    return pixels.filter { pixel in
      let level = (Int(pixel.red) + Int(pixel.green) + Int(pixel.blue)) / 3
      return Self.skinLevels.contains(level) && abs(level - middle) <= Self.spread
    }
  }
}

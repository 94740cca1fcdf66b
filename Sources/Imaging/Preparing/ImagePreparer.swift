import VisionLanguage

/// Makes a decoded picture ready for a model, as a protocol says.
public enum ImagePreparer {
  /// Prepares a picture.
  ///
  /// `.resize` gives the protocol's own width and height; `.native` stretches to the projector's square, without
  /// contrast. Neither keeps the picture's proportions, and neither crops: training prepares its pictures with Pillow's
  /// `resize((side, side), LANCZOS)`, which gives the same bytes.
  ///
  /// - Parameters:
  ///   - image: the picture as it was decoded, upright.
  ///   - preparation: the protocol's.
  ///   - nativeSide: the side of the square that the projector takes, in pixels; `.resize` does not use it.
  /// - Throws: `ImageFault.preparedSizeNotAccepted` or `.contrastNotAccepted` for numbers outside ``ImageLimits``.
  public static func prepare(
    _ image: PixelImage, as preparation: ImagePreparation, nativeSide: Int
  ) throws(ImageFault) -> PixelImage {
    switch preparation {
    case .native: return try stretch(image, toSide: nativeSide)
    case .resize(let width, let height, let contrast):
      guard contrast >= 0, contrast <= ImageLimits.contrast else { throw .contrastNotAccepted(contrast) }
      let resized = try resize(image, width: width, height: height)
      return try checked(width, height, ContrastEnhancement(factor: contrast).apply(to: resized.pixels))
    }
  }

  /// Stretches a picture to a square, as a projector needs it when a protocol's size is not its own.
  ///
  /// - Throws: `ImageFault.preparedSizeNotAccepted` for a side outside ``ImageLimits/preparedSide``.
  public static func stretch(_ image: PixelImage, toSide side: Int) throws(ImageFault) -> PixelImage {
    try resize(image, width: side, height: side)
  }

  private static func resize(_ image: PixelImage, width: Int, height: Int) throws(ImageFault) -> PixelImage {
    guard ImageLimits.preparedSide.contains(width), ImageLimits.preparedSide.contains(height) else {
      throw .preparedSizeNotAccepted(width: width, height: height)
    }
    let narrow =
      image.width == width
      ? image.pixels
      : LanczosResampling(from: image.width, to: width).acrossColumns(image.pixels, rows: image.height)
    let pixels =
      image.height == height
      ? narrow : LanczosResampling(from: image.height, to: height).acrossRows(narrow, rowBytes: width * 3)
    return try checked(width, height, pixels)
  }

  private static func checked(_ width: Int, _ height: Int, _ pixels: [UInt8]) throws(ImageFault) -> PixelImage {
    do {
      return try PixelImage(width: width, height: height, pixels: pixels)
    } catch {
      throw .inconsistent("\(error)")
    }
  }
}

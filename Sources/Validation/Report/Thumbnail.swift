import Imaging
import VisionLanguage

/// Small pictures for the report's table.
public enum Thumbnail {
  /// The longer side in pixels.
  public static let side = 112
  /// JPEG quality.
  static let quality = 60

  /// A picture as a small JPEG, its proportions kept; empty when that cannot be made.
  ///
  /// - Parameters:
  ///   - image: the picture.
  ///   - side: its longer side at most, in pixels.
  public static func jpeg(of image: PixelImage, side: Int = side) -> [UInt8] {
    let longer = max(image.width, image.height, 1)
    let scale = min(Double(side) / Double(longer), 1)
    let width = max(Int((Double(image.width) * scale).rounded()), 1)
    let height = max(Int((Double(image.height) * scale).rounded()), 1)
    let preparation = ImagePreparation.resize(width: width, height: height, contrast: 1)
    guard let small = try? ImagePreparer.prepare(image, as: preparation, nativeSide: side),
      let bytes = try? ImageEncoder.jpeg(small, quality: quality)
    else { return [] }
    return bytes
  }

  /// The thumbnail of an image file; empty when the file cannot be decoded.
  public static func jpeg(ofFileAt path: String) -> [UInt8] {
    guard let decoded = try? ImageDecoder.decode(fileAt: path) else { return [] }
    return jpeg(of: decoded.image)
  }
}

import Digests
import VisionLanguage

/// A picture as it was in a file.
public struct DecodedImage: Sendable, Equatable {
  /// The picture: 8-bit sRGB, upright as its orientation says, transparent parts over white.
  public let image: PixelImage
  /// SHA-256 of the file's bytes.
  public let digest: SHA256Digest
  /// What the file is, by its bytes.
  public let format: ImageFormat

  /// A decoded picture.
  public init(image: PixelImage, digest: SHA256Digest, format: ImageFormat) {
    self.image = image
    self.digest = digest
    self.format = format
  }
}

import DICOM
import Digests
import VisionLanguage

/// A picture as it was in a file.
public struct DecodedImage: Sendable, Equatable {
  /// The picture: 8-bit sRGB, upright as its orientation says, transparent parts over white.
  public let image: PixelImage
  /// SHA-256 of the file's bytes.
  public let digest: SHA256Digest
  /// The file's format, determined from its bytes.
  public let format: ImageFormat
  /// Notes on what decoding did to the pixels, one line each; usually empty.
  public let notes: [String]
  /// What a DICOM file says of the lesion; `nil` for other formats.
  public let lesion: DICOMLesionMetadata?

  /// A decoded picture.
  public init(
    image: PixelImage, digest: SHA256Digest, format: ImageFormat, notes: [String] = [],
    lesion: DICOMLesionMetadata? = nil
  ) {
    self.image = image
    self.digest = digest
    self.format = format
    self.notes = notes
    self.lesion = lesion
  }
}

/// A picture, with notes on what decoding did to it.
struct DecodedPixels {
  let image: PixelImage
  var notes: [String] = []
  var lesion: DICOMLesionMetadata?
}

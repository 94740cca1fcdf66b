import VisionLanguage

/// A painted dermoscopic image of a lesion that never was, with the truth about it.
public struct Phantom: Sendable {
  /// The picture, as a dermatoscope's camera would give it.
  public let image: PixelImage
  /// What the picture shows.
  public let truth: PhantomTruth
}

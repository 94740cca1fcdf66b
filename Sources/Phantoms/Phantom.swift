import VisionLanguage

/// A synthetic dermoscopic image of a lesion, with its ground truth.
public struct Phantom: Sendable {
  /// The picture, as a dermatoscope's camera would give it.
  public let image: PixelImage
  /// What the picture shows.
  public let truth: PhantomTruth
}

/// How an image is prepared for the model. Part of a protocol.
public enum ImagePreparation: Sendable, Hashable {
  /// Lanczos to a fixed size (Pillow's kernel, support 3, no other shrink before it), then contrast about the mean grey.
  ///
  /// `contrast` is the factor of Pillow's `ImageEnhance.Contrast`: 1 leaves the picture as it is.
  case resize(width: Int, height: Int, contrast: Double)
  /// Stretched to the projector's input size, without any other reduction before.
  case native
}

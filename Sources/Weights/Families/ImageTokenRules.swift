/// How a text model reads the tokens of an image.
public struct ImageTokenRules: Sendable, Hashable {
  /// Which tokens of an image attend to which.
  public enum Attention: Sendable, Hashable {
    /// Each to those before it, as in text.
    case causal
    /// Each to all others of the image, in one decode.
    case bidirectional
  }

  /// The positions of an image's tokens.
  public enum Positions: Sendable, Hashable {
    /// One after another, as in text.
    case sequential
    /// Row and column (M-RoPE): four numbers a token, and fewer positions than tokens.
    case multimodal
  }

  /// Attention within an image.
  public var attention: Attention
  /// Positions within an image.
  public var positions: Positions

  /// Rules; mtmd is asked whether it agrees when it loads a projector.
  public init(attention: Attention, positions: Positions) {
    self.attention = attention
    self.positions = positions
  }
}

/// The sizes of a projector, as every family has them.
public struct ProjectorShape: Sendable, Hashable {
  /// The side of the square that a protocol's `native` preparation stretches an image to, in pixels.
  public var imageSide: Int
  /// The embeddings, one a token, that an image of this side becomes.
  public var tokensPerImage: Int
  /// How many embeddings an image of another size may become, where their number goes by its size; `nil` where it does not,
  /// or where llama.cpp's own bounds hold.
  public var tokenBounds: ClosedRange<Int>?
  /// The width of those embeddings, which must be the text model's.
  public var projectionLength: Int
  /// The vision tower's own width.
  public var width: Int
  /// The vision tower's blocks.
  public var blockCount: Int
}

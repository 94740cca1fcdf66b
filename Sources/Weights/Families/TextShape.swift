/// The sizes of a text model, as every family has them.
public struct TextShape: Sendable, Hashable {
  /// The longest context that the model was trained for, in tokens.
  public var contextLength: Int
  /// The width of an embedding (`n_embd`).
  public var width: Int
  /// Transformer blocks.
  public var blockCount: Int
  /// The width between a block's feed-forward matrices.
  public var feedForwardLength: Int
  /// Query heads of a block.
  public var headCount: Int
  /// Key and value heads of a block.
  public var headCountKV: Int
  /// The width of a key head.
  public var keyLength: Int
  /// The width of a value head.
  public var valueLength: Int
  /// How many tokens back a sliding-window block attends; `nil` if every block has global attention.
  public var slidingWindow: Int?

  /// `LLAMA_MAX_LAYERS`, beyond which llama.cpp asserts.
  static let mostBlocks = 512
}

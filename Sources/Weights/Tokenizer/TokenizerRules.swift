import TextOutput

/// What a family needs of a tokenizer.
public struct TokenizerRules: Sendable, Hashable {
  /// Kinds of tokenizers whose pieces are checked (`tokenizer.ggml.model`).
  public enum Kind: String, Sendable {
    /// SentencePiece, with a piece for every byte.
    case sentencePiece = "llama"

    /// As a message shows it.
    var spokenName: String {
      switch self {
      case .sentencePiece: "\(quoted(rawValue)) (SentencePiece)"
      }
    }
  }

  /// The kind.
  public var kind: Kind
  /// The piece that begins every sequence; `nil` in families whose sequences begin with a turn.
  public var beginOfSequence: String?
  /// Control pieces beside the chat template's: they are never found in text either.
  public var otherMarkers: [String]
  /// Settings that llama.cpp would assume wrongly where a file lacks them.
  public var overrides: [MetadataOverride.Rule]
  /// The longest piece in bytes.
  public var longestPiece: Int
  /// The most pieces.
  public var mostPieces: Int

  /// Rules.
  public init(
    kind: Kind, beginOfSequence: String?, otherMarkers: [String], overrides: [MetadataOverride.Rule] = [],
    longestPiece: Int = 1_024, mostPieces: Int = 1 << 20
  ) {
    self.kind = kind
    self.beginOfSequence = beginOfSequence
    self.otherMarkers = otherMarkers
    self.overrides = overrides
    self.longestPiece = longestPiece
    self.mostPieces = mostPieces
  }
}

/// What a family needs of a tokenizer.
public struct TokenizerRules: Sendable, Hashable {
  /// Kinds of tokenizers whose pieces are checked.
  public enum Kind: Sendable {
    /// SentencePiece, with a piece for every byte.
    case sentencePiece
    /// Byte pairs: pieces are written in an alphabet of 256 letters, one a byte.
    case bytePairs
    /// Pairs of characters as they are, with a piece for every byte and spaces as SentencePiece writes them.
    case characterPairs

    /// As a message shows it.
    var spokenName: String {
      switch self {
      case .sentencePiece: "SentencePiece"
      case .bytePairs: "byte pairs"
      case .characterPairs: "pairs of characters"
      }
    }

    /// Whether the file lists the pairs that are joined.
    var hasMerges: Bool { self != .sentencePiece }
    /// Whether llama.cpp goes by the pieces' scores.
    var needsScores: Bool { self == .sentencePiece }
  }

  /// The kind.
  public var kind: Kind
  /// What files call it (`tokenizer.ggml.model`).
  public var declared: String
  /// How text is cut before pairs are joined (`tokenizer.ggml.pre`); `nil` where llama.cpp does not go by it.
  public var preTokenizer: String?
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
    kind: Kind, declared: String, preTokenizer: String? = nil, beginOfSequence: String?, otherMarkers: [String],
    overrides: [MetadataOverride.Rule] = [],
    longestPiece: Int = 1_024, mostPieces: Int = 1 << 20
  ) {
    self.kind = kind
    self.declared = declared
    self.preTokenizer = preTokenizer
    self.beginOfSequence = beginOfSequence
    self.otherMarkers = otherMarkers
    self.overrides = overrides
    self.longestPiece = longestPiece
    self.mostPieces = mostPieces
  }
}

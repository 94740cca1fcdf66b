/// What a protocol document may hold.
///
/// `Protocols/protocol.schema.json` says the same to other programs.
enum ProtocolLimits {
  /// The document's own name for its format.
  static let schema = "dermgemma-protocol/1"

  // MARK: The document

  /// 1 MiB.
  static let documentBytes = 1 << 20
  /// Arrays and objects within one another; a protocol needs five.
  static let nesting = 32

  // MARK: Texts, in Unicode scalars

  static let identifierLength = 1...64
  static let titleLength = 1...200
  static let labelLength = 1...100
  static let promptLength = 1...20_000
  static let answerPrefixLength = 0...200
  static let wordLength = 1...100

  // MARK: Lists

  static let questions = 0...64
  static let values = 1...64
  static let synonyms = 0...512
  static let words = 0...512
  static let rules = 1...64
  static let codes = 2...4

  // MARK: Image

  /// Pixels.
  static let imageSide = 16...4096
  static let contrast = 0.0...10.0

  // MARK: Sampling

  static let temperature = 0.0...2.0
  static let topK = 0...100_000
  static let topP = 0.001...1.0
  static let minP = 0.0...1.0
  static let repeatPenalty = 0.1...10.0
  /// Tokens.
  static let repeatWindow = 0...4096
  /// Tokens.
  static let maxTokens = 1...4096
}

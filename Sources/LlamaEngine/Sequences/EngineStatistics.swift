/// An engine's statistics since it was loaded, and the time spent in llama.cpp.
public struct EngineStatistics: Sendable, Hashable {
  /// Times that the image went through the projector.
  public internal(set) var imageEncodes = 0
  /// Batches decoded.
  public internal(set) var decodes = 0
  /// Tokens of prompts and labels decoded, without images.
  public internal(set) var promptTokens = 0
  /// Tokens of images decoded.
  public internal(set) var imageTokens = 0
  /// Batches that held one token of every answer under way.
  public internal(set) var generationDecodes = 0
  /// Tokens that went through those; divided by `generationDecodes`, the width that was reached.
  public internal(set) var generationTokens = 0
  /// Pieces that llama.cpp computed those batches in: one for each run of sequences with consecutive numbers.
  public internal(set) var generationMicroBatches = 0
  /// Padding tokens that kept batches in one piece: in free sequences, and after shorter prompts.
  public internal(set) var paddingTokens = 0
  /// Sequences forked.
  public internal(set) var forks = 0
  /// Answers carried over into another sequence so that those under way are neighbours.
  public internal(set) var moves = 0
  /// Time inside llama.cpp's decoding and sampling, waiting for the processor included.
  public internal(set) var decoding = Duration.zero
  /// Time inside llama.cpp's encoding.
  public internal(set) var encoding = Duration.zero

  static func += (sum: inout EngineStatistics, other: EngineStatistics) {
    sum.imageEncodes += other.imageEncodes
    sum.decodes += other.decodes
    sum.promptTokens += other.promptTokens
    sum.imageTokens += other.imageTokens
    sum.generationDecodes += other.generationDecodes
    sum.generationTokens += other.generationTokens
    sum.generationMicroBatches += other.generationMicroBatches
    sum.paddingTokens += other.paddingTokens
    sum.forks += other.forks
    sum.moves += other.moves
    sum.decoding += other.decoding
    sum.encoding += other.encoding
  }
}

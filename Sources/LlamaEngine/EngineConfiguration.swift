import Foundation
import VisionLanguage

/// What to load and how much room to give it.
public struct EngineConfiguration: Sendable {
  /// The text model's GGUF file.
  public var weights: String
  /// The projector's; without one no image can be looked at.
  public var projector: String?
  /// Threads for decoding, and as many for encoding; at least 1.
  public var threads: Int
  /// Images that can be looked at side by side; at least 1.
  public var views: Int
  /// Prompts that can be answered side by side; at least 1.
  public var answers: Int
  /// What the prompts need of a sequence; decides the size of the caches.
  public var demand: Demand
  /// Whether a graphics processor is used when there is one.
  public var usesGPU: Bool

  /// How long sequences get.
  public struct Demand: Sendable {
    /// The longest prompts that will be put, as they would be put.
    public var longestPrompts: [Prompt]
    /// Tokens that the longest answer may take.
    public var longestAnswer: Int

    /// A demand; without prompts a sequence gets as much as the seed's: 2,048 tokens.
    public init(longestPrompts: [Prompt] = [], longestAnswer: Int = 256) {
      self.longestPrompts = longestPrompts
      self.longestAnswer = longestAnswer
    }
  }

  /// A configuration.
  public init(
    weights: String, projector: String?, threads: Int = EngineConfiguration.availableThreads, views: Int = 1,
    answers: Int = 8, demand: Demand = Demand(), usesGPU: Bool = true
  ) {
    self.weights = weights
    self.projector = projector
    self.threads = max(1, threads)
    self.views = min(max(1, views), Self.mostSequences / 2)
    self.answers = min(max(1, answers), Self.mostSequences / 2)
    self.demand = demand
    self.usesGPU = usesGPU
  }

  /// The processors that this process may use.
  public static var availableThreads: Int { max(1, ProcessInfo.processInfo.activeProcessorCount) }

  /// llama.cpp's own limit (LLAMA_MAX_SEQ).
  static let mostSequences = 256
  /// The seed's context.
  static let defaultTokensPerSequence = 2048
  /// Tokens decoded at once; more for an image that has more.
  static let batchTokens = 512
}

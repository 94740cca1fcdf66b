import Foundation

/// Why an answer ended.
public enum StopReason: String, Sendable, Codable {
  /// The model ended its turn.
  case endOfTurn = "end_of_turn"
  /// The protocol's token limit was reached.
  case tokenLimit = "token_limit"
  /// The context was full.
  case contextFull = "context_full"
}

/// A finished answer.
public struct Generation: Sendable, Hashable {
  /// All of the text, without the prompt's answer prefix; special tokens that the model wrote are spelled out.
  public var text: String
  /// Tokens generated, the one that ended the turn included.
  public var generatedTokens: Int
  /// Tokens of the prompt that were decoded for this answer (a prefix that was there already is not counted).
  public var promptTokens: Int
  /// Tokens before the answer that had been decoded before: an image's, or a common prefix's.
  public var sharedPromptTokens: Int
  /// Why it ended.
  public var stopReason: StopReason
  /// The generated tokens' numbers in the model's vocabulary; empty when the model does not tell.
  public var tokens: [Int32]

  /// A finished answer.
  public init(
    text: String, generatedTokens: Int, promptTokens: Int, sharedPromptTokens: Int = 0, stopReason: StopReason,
    tokens: [Int32] = []
  ) {
    self.tokens = tokens
    self.sharedPromptTokens = sharedPromptTokens
    self.text = text
    self.generatedTokens = generatedTokens
    self.promptTokens = promptTokens
    self.stopReason = stopReason
  }
}

/// What arrives while an answer is made.
public enum GenerationEvent: Sendable, Hashable {
  /// The next piece of text: whole characters, never half of one.
  case text(String)
  /// The answer is complete; always the last event.
  case finished(Generation)
}

/// An answer in progress. Dropping the stream, or cancelling the task that reads it, frees its sequence at the next
/// step.
public typealias GenerationStream = AsyncThrowingStream<GenerationEvent, any Error>

/// An answer in progress, with scores from the same decoding of its prompt.
public struct ScoredAnswer: Sendable {
  /// The answer as it is made.
  public let stream: GenerationStream
  /// How probable the labels were as its beginning.
  public let scores: LabelScores

  /// An answer with scores.
  public init(stream: GenerationStream, scores: LabelScores) {
    self.stream = stream
    self.scores = scores
  }
}

/// How probable each of some labels is as the beginning of the answer.
public struct LabelScores: Sendable, Hashable {
  /// For each label in the order asked: the sum of its tokens' log-probabilities (natural logarithm, at most 0). Empty
  /// where they cannot be known.
  public var logProbabilities: [Double]
  /// Why they cannot be known, in a few words; `nil` where they are.
  public var unscored: String?
  /// Tokens decoded for this.
  public var promptTokens: Int
  /// Tokens before the labels that had been decoded before.
  public var sharedPromptTokens: Int

  /// Scores.
  public init(logProbabilities: [Double], promptTokens: Int, sharedPromptTokens: Int = 0) {
    self.logProbabilities = logProbabilities
    self.promptTokens = promptTokens
    self.sharedPromptTokens = sharedPromptTokens
  }

  /// The labels' probabilities, given that the answer is one of them; they add up to 1.
  ///
  /// - Parameters:
  ///   - temperature: the log-probabilities are divided by it; positive.
  ///   - bias: added to each after that, in the labels' order; empty for none.
  public func probabilities(temperature: Double = 1, bias: [Double] = []) -> [Double] {
    let scores = logProbabilities.enumerated().map { index, value in
      value / temperature + (index < bias.count ? bias[index] : 0)
    }
    guard let highest = scores.max(), highest.isFinite else {
      return [Double](repeating: 1 / Double(max(scores.count, 1)), count: scores.count)
    }
    let weights = scores.map { exp($0 - highest) }
    let total = weights.reduce(0, +)
    return weights.map { $0 / total }
  }
}

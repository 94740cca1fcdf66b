/// How the next token is sampled, and the maximum number of tokens.
///
/// The steps are llama.cpp's, in llama-cpp-python's order: repeat penalty over the tokens generated so far, top-k,
/// top-p, min-p, temperature, draw. A temperature of 0 takes the likeliest token after the penalty.
public struct Sampling: Sendable, Hashable, Codable {
  /// 0 or more; 0 is greedy.
  public var temperature: Double
  /// How many of the likeliest tokens stay; 0 keeps all.
  public var topK: Int
  /// The likeliest tokens stay until their probabilities add up to this; in (0, 1].
  public var topP: Double
  /// Tokens less likely than this share of the likeliest are dropped; in [0, 1].
  public var minP: Double
  /// The logit of a token already generated is divided by this when positive, multiplied when negative; 1 is none.
  public var repeatPenalty: Double
  /// How many of the last generated tokens the penalty covers.
  public var repeatWindow: Int
  /// Generation stops after this many tokens.
  public var maxTokens: Int

  /// Sampling with every setting given.
  public init(
    temperature: Double, topK: Int = 40, topP: Double = 0.95, minP: Double = 0.05, repeatPenalty: Double = 1,
    repeatWindow: Int = 64, maxTokens: Int
  ) {
    self.temperature = temperature
    self.topK = topK
    self.topP = topP
    self.minP = minP
    self.repeatPenalty = repeatPenalty
    self.repeatWindow = repeatWindow
    self.maxTokens = maxTokens
  }

  /// The likeliest token each time, without a penalty.
  public static func greedy(maxTokens: Int) -> Sampling {
    Sampling(temperature: 0, topK: 0, topP: 1, minP: 0, maxTokens: maxTokens)
  }

  enum CodingKeys: String, CodingKey {
    case temperature
    case topK = "top_k"
    case topP = "top_p"
    case minP = "min_p"
    case repeatPenalty = "repeat_penalty"
    case repeatWindow = "repeat_window"
    case maxTokens = "max_tokens"
  }
}

/// What a model's own metadata recommend for sampling; what is `nil` they say nothing about.
///
/// Source: the `general.sampling.*` keys of a GGUF file.
public struct RecommendedSampling: Sendable, Hashable {
  /// See ``Sampling/temperature``.
  public var temperature: Double?
  /// See ``Sampling/topK``.
  public var topK: Int?
  /// See ``Sampling/topP``.
  public var topP: Double?
  /// See ``Sampling/minP``.
  public var minP: Double?
  /// See ``Sampling/repeatPenalty``.
  public var repeatPenalty: Double?
  /// See ``Sampling/repeatWindow``.
  public var repeatWindow: Int?

  /// Recommendations; none unless given.
  public init(
    temperature: Double? = nil, topK: Int? = nil, topP: Double? = nil, minP: Double? = nil,
    repeatPenalty: Double? = nil, repeatWindow: Int? = nil
  ) {
    self.temperature = temperature
    self.topK = topK
    self.topP = topP
    self.minP = minP
    self.repeatPenalty = repeatPenalty
    self.repeatWindow = repeatWindow
  }
}

extension Sampling {
  /// This sampling with a model's recommendations in place of its own settings. The token limit stays.
  public func following(_ recommended: RecommendedSampling) -> Sampling {
    Sampling(
      temperature: recommended.temperature ?? temperature, topK: recommended.topK ?? topK,
      topP: recommended.topP ?? topP, minP: recommended.minP ?? minP,
      repeatPenalty: recommended.repeatPenalty ?? repeatPenalty,
      repeatWindow: recommended.repeatWindow ?? repeatWindow, maxTokens: maxTokens)
  }
}

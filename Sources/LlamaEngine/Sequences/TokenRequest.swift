import CLlama
import VisionLanguage

/// A prompt in tokens.
struct TokenPrompt: Sendable {
  var tokens: [llama_token]
  /// How many of the first are a prefix that other prompts share; fewer than all.
  var prefix = 0
}

/// A prompt in tokens, with the way to answer it.
struct TokenRequest: Sendable {
  var prompt: TokenPrompt
  var sampling: Sampling
  var seed: UInt32
}

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
  /// What the answer may be; `nil` for anything.
  var constraint: AnswerConstraint?

  /// A request with its prompt in tokens.
  init(_ request: GenerationRequest, prompt: TokenPrompt) {
    self.prompt = prompt
    (sampling, seed, constraint) = (request.sampling, request.seed, request.constraint)
  }
}

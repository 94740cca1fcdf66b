import CLlama
import VisionLanguage

/// A prompt in tokens, with the way to answer it.
struct TokenRequest: Sendable {
  var prompt: [llama_token]
  var sampling: Sampling
  var seed: UInt32
}

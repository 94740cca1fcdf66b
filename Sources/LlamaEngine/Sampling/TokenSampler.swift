import CLlama
import VisionLanguage

/// Draws one answer's tokens: llama.cpp's sampler chain, in llama-cpp-python's order, over this answer alone.
final class TokenSampler {
  private let chain: UnsafeMutablePointer<llama_sampler>

  init(_ sampling: Sampling, seed: UInt32, vocabularySize: Int) {
    var parameters = llama_sampler_chain_default_params()
    parameters.no_perf = true
    chain = llama_sampler_chain_init(parameters)
    if sampling.repeatPenalty != 1, sampling.repeatWindow != 0 {
      add(
        llama_sampler_init_penalties(
          Int32(clamping: vocabularySize), Int32(clamping: sampling.repeatWindow), Float(sampling.repeatPenalty), 0, 0))
    }
    guard sampling.temperature > 0 else {
      add(llama_sampler_init_greedy())
      return
    }
    if sampling.topK > 0 { add(llama_sampler_init_top_k(Int32(clamping: sampling.topK))) }
    if sampling.topP < 1 { add(llama_sampler_init_top_p(Float(sampling.topP), 1)) }
    if sampling.minP > 0 { add(llama_sampler_init_min_p(Float(sampling.minP), 1)) }
    add(llama_sampler_init_temp(Float(sampling.temperature)))
    // llama.cpp reads 0xFFFFFFFF as "any seed will do".
    add(llama_sampler_init_dist(seed == .max ? 0 : seed))
  }

  deinit { llama_sampler_free(chain) }

  private func add(_ sampler: UnsafeMutablePointer<llama_sampler>?) {
    if let sampler { llama_sampler_chain_add(chain, sampler) }
  }

  /// Draws the next token from the logits of a row of the last batch, and remembers it for the penalty.
  func next(from context: OpaquePointer, row: Int32) -> llama_token {
    llama_sampler_sample(chain, context, row)
  }
}

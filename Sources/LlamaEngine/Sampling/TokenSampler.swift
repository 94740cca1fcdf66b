import CLlama
import VisionLanguage

/// Draws one answer's tokens: llama.cpp's sampler chain, in llama-cpp-python's order, over this answer alone.
final class TokenSampler {
  private let chain: UnsafeMutablePointer<llama_sampler>
  /// What the answer may still become; `nil` for anything.
  private let grammar: UnsafeMutablePointer<llama_sampler>?
  private let vocabularySize: Int

  /// - Throws: `EngineFault.unusableConstraint` for a constraint of which llama.cpp can make no grammar.
  init(
    _ sampling: Sampling, seed: UInt32, vocabularySize: Int, constraint: AnswerConstraint?, vocabulary: OpaquePointer?
  ) throws(EngineFault) {
    self.vocabularySize = vocabularySize
    if let constraint {
      guard !constraint.words.isEmpty,
        let grammar = llama_sampler_init_grammar(vocabulary, constraint.grammar, "root")
      else {
        throw .unusableConstraint(words: constraint.words.count)
      }
      self.grammar = grammar
    } else {
      grammar = nil
    }
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

  deinit {
    llama_sampler_free(chain)
    if let grammar { llama_sampler_free(grammar) }
  }

  private func add(_ sampler: UnsafeMutablePointer<llama_sampler>?) {
    if let sampler { llama_sampler_chain_add(chain, sampler) }
  }

  /// Draws the next token from the logits of a row of the last batch, and remembers it for the penalty.
  func next(from context: OpaquePointer, row: Int32) -> llama_token {
    guard let grammar else { return llama_sampler_sample(chain, context, row) }
    // As llama.cpp's own `common_sampler_sample`: a draw from all tokens is nearly always allowed, and one token is quickly
    // checked; only else are all of them.
    let free = draw(context, row)
    let token = isAllowed(free, grammar) ? free : draw(context, row, by: grammar)
    llama_sampler_accept(chain, token)
    // An end that the words do not allow is drawn only where the vocabulary cannot spell one of them; it ends the answer.
    if isAllowed(token, grammar) { llama_sampler_accept(grammar, token) }
    return token
  }

  private func isAllowed(_ token: llama_token, _ grammar: UnsafeMutablePointer<llama_sampler>) -> Bool {
    var candidate = llama_token_data(id: token, logit: 1, p: 0)
    return withUnsafeMutablePointer(to: &candidate) { pointer in
      var list = llama_token_data_array(data: pointer, size: 1, selected: -1, sorted: false)
      llama_sampler_apply(grammar, &list)
      return pointer.pointee.logit.isFinite
    }
  }

  /// - Parameter grammar: takes out what it does not allow first.
  private func draw(
    _ context: OpaquePointer, _ row: Int32, by grammar: UnsafeMutablePointer<llama_sampler>? = nil
  ) -> llama_token {
    guard let logits = llama_get_logits_ith(context, row) else { return 0 }
    return withUnsafeTemporaryAllocation(of: llama_token_data.self, capacity: vocabularySize) { buffer in
      for token in 0..<vocabularySize {
        buffer.initializeElement(
          at: token, to: llama_token_data(id: llama_token(clamping: token), logit: logits[token], p: 0))
      }
      var list = llama_token_data_array(data: buffer.baseAddress, size: buffer.count, selected: -1, sorted: false)
      if let grammar {
        llama_sampler_apply(grammar, &list)
        // Without this, the likeliest of those that are not allowed would be drawn.
        guard buffer.contains(where: \.logit.isFinite) else { return Self.endOfText(context) }
      }
      llama_sampler_apply(chain, &list)
      guard list.selected >= 0, list.selected < Int64(list.size), let data = list.data else { return 0 }
      return data[Int(list.selected)].id
    }
  }

  private static func endOfText(_ context: OpaquePointer) -> llama_token {
    max(llama_vocab_eos(llama_model_get_vocab(llama_get_model(context))), 0)
  }
}

import CLlama
import VisionLanguage

/// Draws one answer's tokens: llama.cpp's sampler chain, in llama-cpp-python's order, over this answer alone.
final class TokenSampler {
  private let chain: UnsafeMutablePointer<llama_sampler>
  /// What the answer may still become; `nil` for anything.
  private let grammar: UnsafeMutablePointer<llama_sampler>?
  private let held: Held?
  private let vocabularySize: Int

  /// What an answer is held to.
  struct Held {
    var constraint: AnswerConstraint
    /// The tokens that it can allow at all (`PieceTable`).
    var tokens: [llama_token]
    /// Room for all tokens, which the answers of an engine share: it draws one token after another.
    var candidates: CandidateBuffer
  }

  /// - Throws: `EngineFault.unusableConstraint` for a constraint of which llama.cpp can make no grammar.
  init(
    _ sampling: Sampling, seed: UInt32, vocabularySize: Int, held: Held?, vocabulary: OpaquePointer?
  ) throws(EngineFault) {
    self.vocabularySize = vocabularySize
    self.held = held
    if let constraint = held?.constraint {
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
    guard let grammar, let held, let logits = llama_get_logits_ith(context, row) else {
      return llama_sampler_sample(chain, context, row)
    }
    // As llama.cpp's own `common_sampler_sample`: a draw from all tokens is nearly always allowed, and one token is quickly
    // checked; only else are all of them, without those that are in none of the words.
    var token = draw(held.candidates.fill(0..<llama_token(clamping: vocabularySize), logits))
    if !isAllowed(token, grammar) {
      var words = held.candidates.fill(held.tokens, logits)
      llama_sampler_apply(grammar, &words)
      // Without this, the likeliest of those that are not allowed would be drawn.
      token = held.candidates.hasFinite(in: words) ? draw(words) : Self.endOfText(context)
    }
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

  private func draw(_ candidates: llama_token_data_array) -> llama_token {
    var list = candidates
    llama_sampler_apply(chain, &list)
    guard list.selected >= 0, list.selected < Int64(list.size), let data = list.data else { return 0 }
    return data[Int(list.selected)].id
  }

  private static func endOfText(_ context: OpaquePointer) -> llama_token {
    max(llama_vocab_eos(llama_model_get_vocab(llama_get_model(context))), 0)
  }
}

/// Room for the tokens that one is drawn of.
final class CandidateBuffer {
  private let room: UnsafeMutableBufferPointer<llama_token_data>

  /// - Parameter capacity: the tokens of a vocabulary.
  init(capacity: Int) { room = .allocate(capacity: capacity) }

  deinit { room.deallocate() }

  /// Puts tokens with their logits into the room, as far as they fit.
  func fill(_ tokens: some Collection<llama_token>, _ logits: UnsafePointer<Float>) -> llama_token_data_array {
    var count = 0
    for token in tokens where count < room.count && token >= 0 {
      room.initializeElement(at: count, to: llama_token_data(id: token, logit: logits[Int(token)], p: 0))
      count += 1
    }
    return llama_token_data_array(data: room.baseAddress, size: count, selected: -1, sorted: false)
  }

  /// Whether any of them can be drawn.
  func hasFinite(in list: llama_token_data_array) -> Bool { room.prefix(list.size).contains { $0.logit.isFinite } }
}

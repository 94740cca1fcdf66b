import CLlama

/// Text to tokens and back.
struct Vocabulary: Sendable {
  private let model: LlamaModel
  private let remembered = RememberedTokens()
  /// Begins every sequence.
  let beginOfSequence: llama_token
  /// Begins a turn of the user or the model.
  let startOfTurn: llama_token
  /// Ends a turn.
  let endOfTurn: llama_token
  /// Stand around an image's embeddings; `nil` in a vocabulary without them.
  let imageBounds: (start: llama_token, end: llama_token)?

  /// - Throws: `EngineFault.refusedWeights` when the vocabulary lacks Gemma 3's turn markers.
  init(of model: LlamaModel) throws(EngineFault) {
    self.model = model
    beginOfSequence = llama_vocab_bos(model.vocabulary)
    guard beginOfSequence >= 0, let start = Self.special("<start_of_turn>", in: model),
      let end = Self.special("<end_of_turn>", in: model)
    else { throw .refusedWeights(path: model.path, reason: "the vocabulary has no <start_of_turn> and <end_of_turn>") }
    startOfTurn = start
    endOfTurn = end
    if let start = Self.special("<start_of_image>", in: model), let end = Self.special("<end_of_image>", in: model) {
      imageBounds = (start, end)
    } else {
      imageBounds = nil
    }
  }

  private static func special(_ piece: String, in model: LlamaModel) -> llama_token? {
    let tokens = tokens(of: piece, in: model, parsingSpecials: true)
    return tokens.count == 1 ? tokens.first : nil
  }

  /// The tokens of plain text. Nothing in it is read as a special token.
  func tokens(of text: String) -> [llama_token] {
    remembered.tokens(of: text) { Self.tokens(of: $0, in: model, parsingSpecials: false) }
  }

  private static func tokens(of text: String, in model: LlamaModel, parsingSpecials: Bool) -> [llama_token] {
    var text = text
    return text.withUTF8 { bytes -> [llama_token] in
      guard let start = bytes.baseAddress, bytes.count > 0, bytes.count < Int(Int32.max) else { return [] }
      return start.withMemoryRebound(to: CChar.self, capacity: bytes.count) { characters in
        var tokens = [llama_token](repeating: 0, count: bytes.count + 2)
        let length = Int32(bytes.count)
        var count = llama_tokenize(
          model.vocabulary, characters, length, &tokens, Int32(tokens.count), false, parsingSpecials)
        if count < 0, count > Int32.min {
          tokens = [llama_token](repeating: 0, count: Int(-count))
          count = llama_tokenize(
            model.vocabulary, characters, length, &tokens, Int32(tokens.count), false, parsingSpecials)
        }
        return Array(tokens.prefix(max(0, Int(count))))
      }
    }
  }

  /// The bytes that a token stands for; special tokens are spelled out, so that a leak can be seen.
  func bytes(of token: llama_token) -> [UInt8] {
    func piece(capacity: Int) -> (bytes: [UInt8], needed: Int32) {
      var needed: Int32 = 0
      let bytes = [UInt8](unsafeUninitializedCapacity: capacity) { buffer, count in
        needed = buffer.withMemoryRebound(to: CChar.self) {
          llama_token_to_piece(model.vocabulary, token, $0.baseAddress, Int32(clamping: $0.count), 0, true)
        }
        count = max(0, Int(needed))
      }
      return (bytes, needed)
    }
    let usual = piece(capacity: 48)
    guard usual.needed < 0, usual.needed > Int32.min else { return usual.bytes }
    return piece(capacity: Int(-usual.needed)).bytes
  }

  /// Whether a token ends the model's turn.
  func endsGeneration(_ token: llama_token) -> Bool { llama_vocab_is_eog(model.vocabulary, token) }
}

import CLlama
import Weights

/// Text to tokens and back.
struct Tokenizer: Sendable {
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

  /// The control pieces of the model, and their texts' bytes.
  private let markers: [llama_token: [UInt8]]

  /// - Parameter checked: the same vocabulary as the file's header has it. The markers' identifiers are taken from there:
  ///   llama.cpp does not find those that the file calls ordinary text, as some export tools do.
  /// - Throws: `EngineFault.refusedWeights` when the vocabulary lacks Gemma 3's turn markers.
  init(of model: LlamaModel, checked: Weights.TokenVocabulary) throws(EngineFault) {
    self.model = model
    let found = checked.markers.mapValues { llama_token(clamping: $0) }
    guard let start = found["<start_of_turn>"], let end = found["<end_of_turn>"] else {
      throw .refusedWeights(path: model.path, reason: "the vocabulary has no <start_of_turn> and <end_of_turn>")
    }
    beginOfSequence = llama_token(clamping: checked.beginOfSequence)
    (startOfTurn, endOfTurn) = (start, end)
    if let start = found["<start_of_image>"], let end = found["<end_of_image>"] {
      imageBounds = (start, end)
    } else {
      imageBounds = nil
    }
    markers = Dictionary(found.map { ($1, Array($0.utf8)) }, uniquingKeysWith: { first, _ in first })
  }

  /// The tokens of plain text. Nothing in it is read as a special token.
  func tokens(of text: String) -> [llama_token] {
    remembered.tokens(of: text) { text in
      let tokens = Self.tokens(of: text, in: model)
      guard tokens.contains(where: { markers[$0] != nil }) else { return tokens }
      // A file may declare its markers as ordinary text or user-defined pieces, and llama.cpp then matches them in any
      // text. So the text is split inside each of them, where no marker can match.
      return cutInMarkers(text).flatMap { Self.tokens(of: $0, in: model) }
    }
  }

  /// A text, split after the first byte of every marker spelled out in it.
  private func cutInMarkers(_ text: String) -> [String] {
    let bytes = Array(text.utf8)
    var (parts, start) = ([String](), 0)
    for place in bytes.indices.dropFirst()
    where markers.values.contains(where: { bytes[(place - 1)...].starts(with: $0) }) {
      parts.append(String(decoding: bytes[start..<place], as: UTF8.self))
      start = place
    }
    return parts + [String(decoding: bytes[start...], as: UTF8.self)]
  }

  private static func tokens(of text: String, in model: LlamaModel) -> [llama_token] {
    var text = text
    return text.withUTF8 { bytes -> [llama_token] in
      guard let start = bytes.baseAddress, bytes.count > 0, bytes.count < Int(Int32.max) else { return [] }
      return start.withMemoryRebound(to: CChar.self, capacity: bytes.count) { characters in
        var tokens = [llama_token](repeating: 0, count: bytes.count + 2)
        let length = Int32(bytes.count)
        var count = llama_tokenize(
          model.vocabulary, characters, length, &tokens, Int32(tokens.count), false, false)
        if count < 0, count > Int32.min {
          tokens = [llama_token](repeating: 0, count: Int(-count))
          count = llama_tokenize(
            model.vocabulary, characters, length, &tokens, Int32(tokens.count), false, false)
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

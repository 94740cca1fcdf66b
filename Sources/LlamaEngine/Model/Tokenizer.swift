import CLlama
import Weights

/// Text to tokens and back.
struct Tokenizer: Sendable {
  private let model: LlamaModel
  private let cache = TokenCache()
  /// Begins every sequence; `nil` in a family without such a token.
  let beginOfSequence: llama_token?

  /// The control pieces of the model by their texts, and the other way round.
  private let identifiers: [String: llama_token]
  private let markers: [llama_token: [UInt8]]
  /// Those that end the model's turn, whether llama.cpp knows them as such or not.
  private let endOfTurn: Set<llama_token>

  /// - Parameter weights: the same vocabulary as the file's header has it. The markers' identifiers are taken from there:
  ///   llama.cpp does not find those that the file calls ordinary text, as some export tools do.
  init(of model: LlamaModel, weights: TextWeights) {
    self.model = model
    identifiers = weights.vocabulary.markers.mapValues { llama_token(clamping: $0) }
    beginOfSequence = weights.vocabulary.beginOfSequence.map { llama_token(clamping: $0) }
    markers = Dictionary(identifiers.map { ($1, Array($0.utf8)) }, uniquingKeysWith: { first, _ in first })
    endOfTurn = Set(weights.family.chat.endOfTurn.compactMap { [identifiers] in identifiers[$0] })
  }

  /// The token of a control piece; `nil` in a vocabulary without it.
  func token(ofMarker marker: String) -> llama_token? { identifiers[marker] }

  /// The tokens of plain text. Nothing in it is read as a special token.
  func tokens(of text: String) -> [llama_token] {
    cache.tokens(of: text) { text in
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
  func endsGeneration(_ token: llama_token) -> Bool {
    llama_vocab_is_eog(model.vocabulary, token) || endOfTurn.contains(token)
  }
}

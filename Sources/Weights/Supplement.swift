/// A tokenizer setting that is missing in a file although llama.cpp's default differs from Gemma 3's value.
///
/// For a tokenizer of the kind "llama", llama-vocab.cpp assumes the original LLaMA's: `<s>` 1, `</s>` 2, and a space
/// before every text. Gemma's are `<eos>` 1, `<bos>` 2, and no space.
public struct Supplement: Sendable, Hashable {
  /// What is supplied.
  public enum Value: Sendable, Hashable {
    /// A piece's identifier.
    case identifier(Int)
    /// A truth value.
    case flag(Bool)
  }

  /// The key of the metadata.
  public let key: String
  /// Gemma 3's value.
  public let value: Value

  /// What a file's metadata lack, if its vocabulary shows what is meant.
  static func missing(in metadata: GGUFMetadata, markers: [String: Int]) -> [Supplement] {
    let identifiers = [("bos", "<bos>"), ("eos", "<eos>"), ("unknown", "<unk>")].compactMap { role, piece in
      markers[piece].map { Supplement(key: "tokenizer.ggml.\(role)_token_id", value: .identifier($0)) }
    }
    return (identifiers + [Supplement(key: "tokenizer.ggml.add_space_prefix", value: .flag(false))])
      .filter { metadata[$0.key] == nil }
  }
}

/// A tokenizer setting that is missing in a file although llama.cpp's default differs from the family's value.
public struct MetadataOverride: Sendable, Hashable {
  /// What is supplied.
  public enum Value: Sendable, Hashable {
    /// A piece's identifier.
    case identifier(Int)
    /// A truth value.
    case flag(Bool)
  }

  /// A family's value for a setting.
  public enum Rule: Sendable, Hashable {
    /// The identifier that a piece of the vocabulary has.
    case identifier(key: String, piece: String)
    /// A truth value.
    case flag(key: String, Bool)
  }

  /// The key of the metadata.
  public let key: String
  /// The family's value.
  public let value: Value

  /// What a file's metadata lack, if its vocabulary shows what is meant.
  static func missing(in metadata: GGUFMetadata, rules: [Rule], markers: [String: Int]) -> [MetadataOverride] {
    let overrides = rules.compactMap { rule -> MetadataOverride? in
      switch rule {
      case .identifier(let key, let piece): markers[piece].map { MetadataOverride(key: key, value: .identifier($0)) }
      case .flag(let key, let flag): MetadataOverride(key: key, value: .flag(flag))
      }
    }
    return overrides.filter { metadata[$0.key] == nil }
  }
}

import VisionLanguage

/// A protocol's sampling settings.
public struct ProtocolSampling: Sendable, Hashable {
  /// Where the settings come from.
  public enum Source: String, Sendable, Codable, CaseIterable {
    /// The document's own.
    case explicit
    /// What the weights' metadata recommend, with the document's settings as the fallback.
    case model
  }

  /// Where the settings come from.
  public let source: Source
  /// For Phase 1; `nil` where there are no questions.
  public let observation: Sampling?
  /// For Phase 2; `nil` where there is no review.
  public let review: Sampling?
  /// For Phase 3; `nil` where nothing is written because the codes are scored.
  public let classification: Sampling?
}

extension ProtocolSampling {
  init(_ node: DocumentNode) throws(ProtocolFault) {
    let object = try node.object(knowing: ["source", "observation", "review", "classification"])
    source = try object.required("source").choice(of: Source.self)
    observation = try object.sampling("observation")
    review = try object.sampling("review")
    classification = try object.sampling("classification")
  }
}

extension DocumentObject {
  fileprivate func sampling(_ key: String) throws(ProtocolFault) -> Sampling? {
    guard let node = optional(key) else { return nil }
    return try Sampling(node)
  }
}

extension Sampling {
  init(_ node: DocumentNode) throws(ProtocolFault) {
    let keys = ["temperature", "top_k", "top_p", "min_p", "repeat_penalty", "repeat_window", "max_tokens"]
    let object = try node.object(knowing: keys)
    self.init(
      temperature: try object.required("temperature").number(ProtocolLimits.temperature),
      topK: try object.required("top_k").integer(ProtocolLimits.topK),
      topP: try object.required("top_p").number(ProtocolLimits.topP),
      minP: try object.required("min_p").number(ProtocolLimits.minP),
      repeatPenalty: try object.required("repeat_penalty").number(ProtocolLimits.repeatPenalty),
      repeatWindow: try object.required("repeat_window").integer(ProtocolLimits.repeatWindow),
      maxTokens: try object.required("max_tokens").integer(ProtocolLimits.maxTokens))
  }
}

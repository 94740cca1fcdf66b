import VisionLanguage

/// The sampling that took effect: a protocol's own, or with the model's recommendations in place of it.
public struct EffectiveSampling: Sendable, Hashable, Codable {
  /// Where the settings come from.
  public let source: ProtocolSampling.Source
  /// Phase 1's; `nil` when nothing was asked.
  public let observation: Sampling?
  /// Phase 2's; `nil` when nothing was reviewed.
  public let review: Sampling?
  /// Phase 3's; `nil` when the codes were only scored.
  public let classification: Sampling?

  /// What takes effect when a protocol is used with a model.
  ///
  /// - Parameters:
  ///   - readingProtocol: the protocol.
  ///   - recommended: what the model's metadata recommend.
  ///   - applied: what the model's interface makes of a sampling.
  public init(
    of readingProtocol: ReadingProtocol, recommended: RecommendedSampling,
    applied: (Sampling) -> Sampling = { $0 }
  ) {
    let sampling = readingProtocol.sampling
    func effective(_ own: Sampling?, if used: Bool) -> Sampling? {
      guard used, let own else { return nil }
      return applied(sampling.source == .model ? own.following(recommended.withinLimits) : own)
    }
    source = sampling.source
    observation = effective(sampling.observation, if: !readingProtocol.questions.isEmpty)
    review = effective(sampling.review, if: readingProtocol.review != nil)
    classification = effective(sampling.classification, if: readingProtocol.classification.method != .scored)
  }
}

extension RecommendedSampling {
  /// Without values that a protocol could not ask for either: metadata come from outside.
  var withinLimits: RecommendedSampling {
    func keep<Number>(_ number: Number?, _ range: ClosedRange<Number>) -> Number? {
      number.flatMap { range.contains($0) ? $0 : nil }
    }
    return RecommendedSampling(
      temperature: keep(temperature, ProtocolLimits.temperature), topK: keep(topK, ProtocolLimits.topK),
      topP: keep(topP, ProtocolLimits.topP), minP: keep(minP, ProtocolLimits.minP),
      repeatPenalty: keep(repeatPenalty, ProtocolLimits.repeatPenalty),
      repeatWindow: keep(repeatWindow, ProtocolLimits.repeatWindow))
  }
}

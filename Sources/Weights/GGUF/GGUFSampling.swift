/// The sampling numbers that a model's authors recommend, as far as its metadata says (`general.sampling.…`).
public struct GGUFSampling: Sendable, Equatable {
  /// `general.sampling.temp`.
  public let temperature: Double?
  /// `general.sampling.top_k`.
  public let topK: Int?
  /// `general.sampling.top_p`.
  public let topP: Double?
  /// `general.sampling.min_p`.
  public let minP: Double?
  /// `general.sampling.penalty_repeat`.
  public let repeatPenalty: Double?
  /// `general.sampling.penalty_last_n`.
  public let penaltyWindow: Int?

  /// Whether the metadata recommend nothing.
  public var isEmpty: Bool { self == GGUFSampling { _ in nil } }

  /// Takes each number from where it is found; one that is out of its range counts as absent.
  init(_ numbers: (String) -> [Double]?) {
    func number(_ key: String, _ bounds: ClosedRange<Double>) -> Double? {
      guard let values = numbers("general.sampling.\(key)"), values.count == 1, let value = values.first,
        bounds.contains(value)
      else { return nil }
      return value
    }
    temperature = number("temp", 0...100)
    topK = number("top_k", 0...1e9).map { Int($0) }
    topP = number("top_p", 0...1)
    minP = number("min_p", 0...1)
    repeatPenalty = number("penalty_repeat", 1e-3...1e3)
    penaltyWindow = number("penalty_last_n", 0...1e9).map { Int($0) }
  }
}

extension TextWeights {
  /// What the weights' own metadata recommend for sampling.
  public var recommendedSampling: GGUFSampling { GGUFSampling(numbers) }
}

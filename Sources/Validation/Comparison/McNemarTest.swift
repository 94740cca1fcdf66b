import Foundation

/// McNemar's exact test (1947): whether two sets of answers to the same images are right equally often.
///
/// It assumes that the images are independent.
public struct McNemarTest: Sendable, Hashable, Codable {
  /// Right in both runs.
  public var both: Int
  /// Right in the first alone.
  public var onlyFirst: Int
  /// Right in the second alone.
  public var onlySecond: Int
  /// Wrong in both.
  public var neither: Int
  /// How likely a difference as large as this one, or larger, is between runs that are equally good; two-sided.
  public var probability: Double

  enum CodingKeys: String, CodingKey {
    case both
    case onlyFirst = "only_a"
    case onlySecond = "only_b"
    case neither
    case probability = "p"
  }

  /// Counts pairs.
  public init(_ pairs: [(first: Bool, second: Bool)]) {
    (both, onlyFirst, onlySecond, neither) = (0, 0, 0, 0)
    for pair in pairs {
      switch (pair.first, pair.second) {
      case (true, true): both += 1
      case (true, false): onlyFirst += 1
      case (false, true): onlySecond += 1
      case (false, false): neither += 1
      }
    }
    probability = Self.probability(onlyFirst, onlySecond)
  }

  /// All images that were counted.
  public var images: Int { both + onlyFirst + onlySecond + neither }

  /// Twice the smaller tail of the binomial distribution of share one half, at most 1.
  static func probability(_ first: Int, _ second: Int) -> Double {
    let (few, all) = (min(first, second), first + second)
    guard all > 0 else { return 1 }
    // The largest term by logarithms, the smaller ones by their ratios: nothing overflows.
    let largest = lgamma(Double(all) + 1) - lgamma(Double(few) + 1) - lgamma(Double(all - few) + 1)
    var (sum, term) = (1.0, 1.0)
    for count in stride(from: few, to: 0, by: -1) {
      term *= Double(count) / Double(all - count + 1)
      sum += term
    }
    return min(2 * exp(largest - Double(all) * log(2)) * sum, 1)
  }
}

import Foundation

/// A figure with its 95 % interval, or the reason why there is none.
public struct Estimate: Sendable, Hashable, Codable {
  /// The figure; `nil` when it cannot be computed.
  public var value: Double?
  /// The interval's lower end; `nil` when there is no interval.
  public var low: Double?
  /// The interval's upper end.
  public var high: Double?
  /// Images that it rests on: the denominator of a rate.
  public var count: Int
  /// Why there is no figure, in plain words.
  public var reason: String?

  enum CodingKeys: String, CodingKey {
    case value, low, high, count, reason
  }

  /// A figure, perhaps with an interval.
  public init(value: Double, low: Double? = nil, high: Double? = nil, count: Int) {
    self.value = value
    self.low = low
    self.high = high
    self.count = count
  }

  /// No figure.
  public init(notComputable reason: String, count: Int = 0) {
    self.count = count
    self.reason = reason
  }

  /// A share of images, with Wilson's interval.
  ///
  /// - Parameters:
  ///   - successes: images that count, 0 to `count`.
  ///   - count: all of them.
  ///   - empty: the reason to give when there is no image.
  public init(rate successes: Int, of count: Int, empty: String = "no image") {
    guard count > 0, let interval = WilsonInterval(successes: successes, count: count) else {
      self.init(notComputable: empty)
      return
    }
    self.init(value: Double(successes) / Double(count), low: interval.low, high: interval.high, count: count)
  }

  /// Writes every key, `null` where there is nothing.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(value, forKey: .value)
    try container.encode(low, forKey: .low)
    try container.encode(high, forKey: .high)
    try container.encode(count, forKey: .count)
    try container.encode(reason, forKey: .reason)
  }
}

/// Wilson's score interval for a share, 95 % (Wilson, "Probable inference", 1927; Brown, Cai and DasGupta, 2001).
///
/// It assumes that the images are independent.
public struct WilsonInterval: Sendable, Hashable {
  /// The normal distribution's 0.975 quantile.
  static let deviations = 1.959963984540054

  /// From 0 to 1.
  public let low: Double
  /// From 0 to 1.
  public let high: Double

  /// `nil` unless 0 ≤ successes ≤ count and there is something to count.
  public init?(successes: Int, count: Int) {
    guard count > 0, (0...count).contains(successes) else { return nil }
    let n = Double(count)
    let share = Double(successes) / n
    let square = Self.deviations * Self.deviations
    let scale = 1 + square / n
    let middle = (share + square / (2 * n)) / scale
    let half = Self.deviations * (share * (1 - share) / n + square / (4 * n * n)).squareRoot() / scale
    low = successes == 0 ? 0 : max(middle - half, 0)
    high = successes == count ? 1 : min(middle + half, 1)
  }
}

import TextOutput

/// How far a download has come.
public struct TransferProgress: Sendable, Hashable {
  /// What is fetched.
  public var name: String
  /// Bytes that are on the disk.
  public var received: Int64
  /// Bytes in total.
  public var total: Int64
  /// Bytes per second over the last few seconds; `nil` until it can be estimated.
  public var rate: Double?

  /// Seconds until it is done at this rate.
  public var secondsLeft: Double? {
    rate.flatMap { $0 > 0 ? Double(total - received) / $0 : nil }
  }

  /// One line for a terminal.
  public var line: String {
    var line = "\(name)  \(ByteCount.text(received)) of \(ByteCount.text(total))"
    if let rate { line += "  \(ByteCount.text(Int64(rate)))/s" }
    if let seconds = secondsLeft, seconds < 1e6 { line += "  \(DurationText.text(Int(seconds.rounded(.up)))) left" }
    return line
  }
}

/// Estimates the rate of a growing count from its last few seconds.
struct RateMeter {
  /// Seconds that the rate is taken over.
  static let window = 5.0
  private var samples: [(time: Double, count: Int64)] = []

  /// Takes a reading.
  ///
  /// - Parameter time: seconds since any fixed moment.
  mutating func add(_ count: Int64, at time: Double) {
    samples.append((time, count))
    while samples.count > 2, samples[1].time <= time - Self.window { samples.removeFirst() }
  }

  /// Units a second; `nil` before half a second has passed.
  var rate: Double? {
    guard let first = samples.first, let last = samples.last, last.time - first.time >= 0.5 else { return nil }
    return max(0, Double(last.count - first.count) / (last.time - first.time))
  }
}

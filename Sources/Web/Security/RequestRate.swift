import Synchronization

/// A rate limiter: each address has a token bucket that fills at a steady rate.
final class RequestRate: Sendable {
  private struct Bucket {
    var level: Double
    var filled: ContinuousClock.Instant
  }

  /// Addresses that are remembered; beyond that, those with full buckets are forgotten.
  private static let remembered = 10_000

  private let perSecond: Double
  private let burst: Double
  private let buckets = Mutex<[String: Bucket]>([:])

  init(perSecond: Double, burst: Double) {
    self.perSecond = perSecond
    self.burst = burst
  }

  /// Counts a request; `false` when there have been too many.
  func admits(_ client: String, now: ContinuousClock.Instant = .now) -> Bool {
    buckets.withLock { buckets in
      if buckets.count >= Self.remembered {
        let busy = buckets.filter { level(of: $0.value, now) < burst }
        buckets = busy
        // All of them are busy: a new address starts with an empty bucket, so that memory stays bounded.
        if buckets.count >= Self.remembered, buckets[client] == nil { return false }
      }
      let bucket = buckets[client] ?? Bucket(level: burst, filled: now)
      let filled = level(of: bucket, now)
      guard filled >= 1 else { return false }
      buckets[client] = Bucket(level: filled - 1, filled: now)
      return true
    }
  }

  private func level(of bucket: Bucket, _ now: ContinuousClock.Instant) -> Double {
    min(burst, bucket.level + bucket.filled.duration(to: now) / .seconds(1) * perSecond)
  }
}

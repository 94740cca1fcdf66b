import Synchronization

/// Failures in a row.
final class AttemptCounter: Sendable {
  private let failures = Mutex(0)

  /// Counts one more, and gives how many there are.
  func next() -> Int {
    failures.withLock {
      $0 += 1
      return $0
    }
  }

  func reset() { failures.withLock { $0 = 0 } }
}

import Synchronization

/// A counting semaphore that never waits: admits a limited number at once.
final class AdmissionSemaphore: Sendable {
  private let inside = Mutex(0)
  private let limit: Int

  init(limit: Int) { self.limit = limit }

  /// Takes a permit; `false` when there is none left.
  func enter() -> Bool {
    inside.withLock { inside in
      guard inside < limit else { return false }
      inside += 1
      return true
    }
  }

  /// Takes a permit for as long as the result is kept; `nil` when there is none left.
  func permit() -> Permit? { enter() ? Permit(self) : nil }

  /// Returns a permit.
  func leave() { inside.withLock { $0 -= 1 } }
}

/// A permit, returned when it is released.
final class Permit: Sendable {
  private let semaphore: AdmissionSemaphore

  fileprivate init(_ semaphore: AdmissionSemaphore) { self.semaphore = semaphore }

  deinit { semaphore.leave() }
}

import Synchronization

/// Lets so many in at once.
final class Turnstile: Sendable {
  private let inside = Mutex(0)
  private let room: Int

  init(room: Int) { self.room = room }

  /// Enters; `false` when it is full.
  func enter() -> Bool {
    inside.withLock { inside in
      guard inside < room else { return false }
      inside += 1
      return true
    }
  }

  /// Enters for as long as the pass is kept; `nil` when it is full.
  func pass() -> Pass? { enter() ? Pass(self) : nil }

  /// Leaves again.
  func leave() { inside.withLock { $0 -= 1 } }
}

/// Stands for somebody who has entered.
final class Pass: Sendable {
  private let turnstile: Turnstile

  fileprivate init(_ turnstile: Turnstile) { self.turnstile = turnstile }

  deinit { turnstile.leave() }
}

import Synchronization

/// State behind a lock, and tasks that wait until it meets a condition: a monitor with one condition variable.
public final class Monitor<State: Sendable>: Sendable {
  private struct Guarded {
    var state: State
    var waiting: [Int: CheckedContinuation<Void, Never>] = [:]
    var nextWaiter = 0
  }

  private let guarded: Mutex<Guarded>

  /// A monitor of a state.
  public init(_ state: State) { guarded = Mutex(Guarded(state: state)) }

  /// The state.
  public var state: State { guarded.withLock { $0.state } }

  /// Changes the state, and lets every waiting task look at it again.
  ///
  /// - Parameter body: runs with the lock held.
  public func change<Outcome: Sendable>(_ body: (inout State) throws -> Outcome) rethrows -> Outcome {
    let (outcome, woken) = try guarded.withLock { guarded in
      let outcome = try body(&guarded.state)
      defer { guarded.waiting = [:] }
      return (outcome, Array(guarded.waiting.values))
    }
    for continuation in woken { continuation.resume() }
    return outcome
  }

  /// Reads the state, or changes something in it that no task waits for.
  ///
  /// - Parameter body: runs with the lock held.
  public func read<Outcome: Sendable>(_ body: (inout State) throws -> Outcome) rethrows -> Outcome {
    try guarded.withLock { try body(&$0.state) }
  }

  /// Returns when the state meets a condition, or when the calling task is cancelled.
  public func wait(until isMet: @Sendable (State) -> Bool) async {
    while await !look(isMet) {}
  }

  /// Waits for one change unless the condition is met or the task cancelled.
  ///
  /// - Returns: whether it was, before anything was waited for.
  private func look(_ isMet: @Sendable (State) -> Bool) async -> Bool {
    let waiter = guarded.withLock { guarded in
      defer { guarded.nextWaiter += 1 }
      return guarded.nextWaiter
    }
    return await withTaskCancellationHandler {
      var isOver = false
      await withCheckedContinuation { continuation in
        isOver = guarded.withLock { guarded in
          // Checked with the lock held, so that neither a change nor a cancellation is missed.
          guard !isMet(guarded.state), !Task.isCancelled else { return true }
          guarded.waiting[waiter] = continuation
          return false
        }
        if isOver { continuation.resume() }
      }
      return isOver
    } onCancel: {
      guarded.withLock { $0.waiting.removeValue(forKey: waiter) }?.resume()
    }
  }
}

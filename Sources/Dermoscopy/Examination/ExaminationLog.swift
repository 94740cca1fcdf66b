import Synchronization

/// The events of one examination, in order, for any number of readers.
///
/// Events are only ever appended. Any number of readers can follow the log from any event on. Each has its own
/// position, so a slow reader delays nobody and costs only that position. The log ends with `finished` or `failed`.
public final class ExaminationLog: Sendable {
  private struct State {
    var events: [NumberedEvent] = []
    var waiting: [Int: CheckedContinuation<Void, Never>] = [:]
    var nextReader = 0

    var isComplete: Bool { events.last?.event.isLast ?? false }
  }

  private let state = Mutex(State())

  /// An empty log.
  public init() {}

  /// Adds an event.
  ///
  /// After `finished` or `failed` the log stays as it is.
  public func append(_ event: ExaminationEvent) {
    let woken = state.withLock { state -> [CheckedContinuation<Void, Never>] in
      guard !state.isComplete else { return [] }
      state.events.append(NumberedEvent(number: state.events.count + 1, event: event))
      defer { state.waiting = [:] }
      return Array(state.waiting.values)
    }
    for continuation in woken { continuation.resume() }
  }

  /// Whether the log is complete.
  public var isComplete: Bool { state.withLock { $0.isComplete } }

  /// Everything up to now.
  public var history: [NumberedEvent] { state.withLock { $0.events } }

  /// All events after one, those that are there and those that come, to the end.
  ///
  /// - Parameter number: the last event already known (a `Last-Event-ID`); 0 for none.
  public func events(after number: Int = 0) -> AsyncStream<NumberedEvent> {
    let place = Mutex(max(number, 0))
    return AsyncStream {
      while true {
        let (event, isOver) = self.event(after: place.withLock { $0 })
        if let event {
          place.withLock { $0 = event.number }
          return event
        }
        if isOver || Task.isCancelled { return nil }
        await self.change(after: place.withLock { $0 })
      }
    }
  }

  private func event(after number: Int) -> (event: NumberedEvent?, isOver: Bool) {
    state.withLock { state in
      number < state.events.count ? (state.events[number], false) : (nil, state.isComplete)
    }
  }

  /// Returns when there is something after an event, when the log is complete, or when the reader is cancelled.
  private func change(after number: Int) async {
    let reader = state.withLock { state in
      defer { state.nextReader += 1 }
      return state.nextReader
    }
    await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let mustWait = state.withLock { state in
          // Checked with the lock held, so that neither an event nor a cancellation is missed.
          guard state.events.count <= number, !state.isComplete, !Task.isCancelled else { return false }
          state.waiting[reader] = continuation
          return true
        }
        if !mustWait { continuation.resume() }
      }
    } onCancel: {
      state.withLock { $0.waiting.removeValue(forKey: reader) }?.resume()
    }
  }
}

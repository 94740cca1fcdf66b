import Concurrency
import Synchronization

/// The events of one examination, in order, for any number of readers.
///
/// Events are only ever appended. Any number of readers can follow the log from any event on. Each has its own
/// position, so a slow reader delays nobody and costs only that position. The log ends with `finished` or `failed`.
///
/// ```swift
/// import Dermoscopy
///
/// func follow(_ log: ExaminationLog) async {
///   for await event in log.events() {
///     switch event.event {
///     case .observation(let question, let observation): print(question, observation.value)
///     case .diagnosis(let diagnosis): print(diagnosis.code.rawValue, diagnosis.probabilities[.melanoma])
///     default: break
///     }
///   }
/// }
/// ```
public final class ExaminationLog: Sendable {
  private struct State {
    var events: [NumberedEvent] = []

    var isComplete: Bool { events.last?.event.isLast ?? false }
  }

  private let log = Monitor(State())

  /// An empty log.
  public init() {}

  /// Adds an event.
  ///
  /// After `finished` or `failed` the log stays as it is.
  public func append(_ event: ExaminationEvent) {
    log.change { state in
      guard !state.isComplete else { return }
      state.events.append(NumberedEvent(number: state.events.count + 1, event: event))
    }
  }

  /// Whether the log is complete.
  public var isComplete: Bool { log.state.isComplete }

  /// Everything up to now.
  public var history: [NumberedEvent] { log.state.events }

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
    log.read { state in
      number < state.events.count ? (state.events[number], false) : (nil, state.isComplete)
    }
  }

  /// Returns when there is something after an event, when the log is complete, or when the reader is cancelled.
  private func change(after number: Int) async {
    await log.wait { $0.events.count > number || $0.isComplete }
  }
}

import Concurrency

/// Lets requests through to a server, a limited number at once.
///
/// Some servers compute one answer at a time and end it early when another request comes. Asked for several at once they finish
/// none; so the gate narrows to one when that happens again and again.
final class RequestGate: Sendable {
  private struct State: Sendable {
    var underWay = 0
    var most: Int
    /// Answers that ended early while others were under way.
    var interruptions = 0
  }

  private let monitor: Monitor<State>

  /// Answers that may end early while others are under way, before requests go one at a time.
  static let toleratedInterruptions = 2

  /// - Parameter most: requests at once.
  init(most: Int) { monitor = Monitor(State(most: most)) }

  /// Sets how many requests may be under way at once.
  func limit(to count: Int) { monitor.change { $0.most = max(1, count) } }

  /// Does something when its turn comes.
  ///
  /// - Throws: what `body` throws; `CancellationError`.
  func pass<Value>(_ body: () async throws -> Value) async throws -> Value {
    while true {
      await monitor.wait { $0.underWay < $0.most }
      try Task.checkCancellation()
      let isIn = monitor.change { state in
        guard state.underWay < state.most else { return false }
        state.underWay += 1
        return true
      }
      if isIn { break }
    }
    defer { monitor.change { $0.underWay -= 1 } }
    return try await body()
  }

  /// Notes, inside ``pass(_:)``, that an answer ended early.
  ///
  /// - Returns: whether requests go one at a time from now on.
  func interrupted() -> Bool {
    monitor.change { state in
      guard state.most > 1, state.underWay > 1 else { return false }
      state.interruptions += 1
      guard state.interruptions >= Self.toleratedInterruptions else { return false }
      state.most = 1
      return true
    }
  }
}

import Concurrency

/// In which order the requests about one picture go out.
final class RequestPace: Sendable {
  enum Kind: Sendable {
    /// All at once.
    case together
    /// The first until its answer begins, so that the server has read the picture; then all others.
    case firstAlone
    /// One after the other.
    case oneByOne
  }

  private struct State: Sendable {
    var underWay = 0
    var isOpen: Bool
  }

  private let monitor: Monitor<State>
  private let opens: Bool

  init(_ kind: Kind) {
    monitor = Monitor(State(isOpen: kind == .together))
    opens = kind != .oneByOne
  }

  /// Waits for this request's turn.
  ///
  /// - Throws: `CancellationError`.
  func enter() async throws {
    while true {
      await monitor.wait { $0.isOpen || $0.underWay == 0 }
      try Task.checkCancellation()
      let isIn = monitor.change { state in
        guard state.isOpen || state.underWay == 0 else { return false }
        state.underWay += 1
        return true
      }
      if isIn { return }
    }
  }

  /// An answer has begun: the picture was read.
  func begun() {
    guard opens, !monitor.state.isOpen else { return }
    monitor.change { $0.isOpen = true }
  }

  func leave() { monitor.change { $0.underWay -= 1 } }
}

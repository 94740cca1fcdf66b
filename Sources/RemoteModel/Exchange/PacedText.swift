import Synchronization

/// Hands text on in pieces that are some time apart: the first at once, and what comes too soon with the next.
final class PacedText: Sendable {
  private struct State {
    var text = ""
    var told: ContinuousClock.Instant?
  }

  private let state = Mutex(State())
  private let pause: Duration
  private let piece: @Sendable (String) -> Void

  /// - Parameters:
  ///   - pause: the least time between two pieces.
  ///   - piece: gets them.
  init(_ pause: Duration, _ piece: @escaping @Sendable (String) -> Void) { (self.pause, self.piece) = (pause, piece) }

  /// More text has come.
  func take(_ text: String) {
    let now = ContinuousClock.now
    let due = state.withLock { state -> String in
      state.text += text
      if let told = state.told, now - told < pause { return "" }
      defer { state.text = "" }
      state.told = now
      return state.text
    }
    if !due.isEmpty { piece(due) }
  }

  /// No more comes.
  func end() {
    let rest = state.withLock { state in
      defer { state.text = "" }
      return state.text
    }
    if !rest.isEmpty { piece(rest) }
  }
}

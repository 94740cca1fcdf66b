import Synchronization

/// libvips' warnings. Those about odd but readable files ("unknown tag 59932") are noise, but when a picture fails, the
/// first one may be the reason.
final class VipsWarnings: Sendable {
  static let shared = VipsWarnings()

  private struct State {
    var isListening = false
    var first: String?
  }

  private let state = Mutex(State())

  /// The first line of the first warning since `listen()`.
  var first: String? { state.withLock { $0.first } }

  func listen() { state.withLock { $0 = State(isListening: true) } }

  func ignore() { state.withLock { $0 = State() } }

  func take(_ message: String) {
    state.withLock { state in
      guard state.isListening, state.first == nil else { return }
      state.first = message.split(whereSeparator: \.isNewline).first.map(String.init)
    }
  }
}

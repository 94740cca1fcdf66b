import Faults
import Synchronization
import UseCases

/// The engine's state: loading, ready, or missing.
final class EngineLoader: Sendable {
  enum State: Sendable {
    case loading
    case ready(ReadingSession)
    /// The server was started without weights.
    case none
    /// The weights could not be loaded; for the log.
    case failed(String)

    var name: String {
      switch self {
      case .loading: "loading"
      case .ready: "ready"
      case .none: "no_weights"
      case .failed: "failed"
      }
    }
  }

  private let held = Mutex(State.loading)

  var state: State {
    get { held.withLock { $0 } }
    set { held.withLock { $0 = newValue } }
  }

  /// The engine.
  ///
  /// - Throws: `Problem` 503 while there is none.
  func engine() throws(Problem) -> any ReadingEngine { try session().engine }

  /// The engine with the run that it records.
  ///
  /// - Throws: `Problem` 503 while there is none.
  func session() throws(Problem) -> ReadingSession {
    switch state {
    case .ready(let session): return session
    case .loading: throw .unavailable("loading", "The model is being loaded.", retryAfter: 2)
    case .none:
      throw .unavailable("no_weights", "The server was started without weights; nothing can be read.", retryAfter: nil)
    case .failed:
      throw .unavailable("no_weights", "The weights could not be loaded; the server's log says why.", retryAfter: nil)
    }
  }

  /// Refuses work that can never run: without weights, nothing needs to wait.
  ///
  /// - Throws: `Problem` 503.
  func checkNotMissing() throws(Problem) {
    switch state {
    case .loading, .ready: return
    case .none, .failed: _ = try session()
    }
  }
}

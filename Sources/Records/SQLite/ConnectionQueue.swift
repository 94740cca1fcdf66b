import Dispatch
import Synchronization

/// A connection with its own queue, so that its blocking calls never occupy Swift's thread pool.
///
/// `@unchecked`: the connection is touched on the serial queue only.
final class ConnectionQueue: @unchecked Sendable {
  private let queue: DispatchQueue
  private let path: String
  private let open: @Sendable () throws(RecordFault) -> Connection
  private var connection: Connection?
  private var isClosed = false
  private let pending = Atomic(0)
  /// Work items that have not ended.
  var waiting: Int { pending.load(ordering: .relaxed) }

  /// - Parameter open: opens the connection, when it is needed first.
  init(path: String, label: String, open: @escaping @Sendable () throws(RecordFault) -> Connection) {
    self.path = path
    self.open = open
    queue = DispatchQueue(label: "dermgemma-records-\(label)")
  }

  /// Runs work with the connection, after everything submitted earlier.
  func run<Outcome: Sendable>(
    _ work: @escaping @Sendable (Connection) throws(RecordFault) -> Outcome
  ) async throws(RecordFault) -> Outcome {
    let outcome: Result<Outcome, RecordFault> = await withCheckedContinuation { continuation in
      self.pending.add(1, ordering: .relaxed)
      queue.async {
        let outcome = self.attempt(work)
        self.pending.subtract(1, ordering: .relaxed)
        continuation.resume(returning: outcome)
      }
    }
    return try outcome.get()
  }

  /// Runs a query unless the calling task is cancelled before its turn; a query that is running then is interrupted.
  ///
  /// - Throws: `cancelled`; what `work` throws.
  func runUntilCancelled<Outcome: Sendable>(
    _ work: @escaping @Sendable (Connection) throws(RecordFault) -> Outcome
  ) async throws(RecordFault) -> Outcome {
    let turn = Turn()
    let outcome: Result<Outcome, RecordFault> = await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        queue.async {
          continuation.resume(
            returning: self.attempt { (connection: Connection) throws(RecordFault) in
              guard turn.begin(connection.interruption) else { throw .cancelled }
              defer { turn.end() }
              return try work(connection)
            })
        }
      }
    } onCancel: {
      turn.cancel()
    }
    return try outcome.get()
  }

  private func attempt<Outcome>(
    _ work: (Connection) throws(RecordFault) -> Outcome
  ) -> Result<Outcome, RecordFault> {
    do throws(RecordFault) {
      guard !isClosed else { throw .closed(store: path) }
      if let connection { return .success(try work(connection)) }
      let connection = try open()
      self.connection = connection
      return .success(try work(connection))
    } catch {
      return .failure(error)
    }
  }

  /// Closes the connection after all submitted work.
  func close() async {
    await withCheckedContinuation { continuation in
      queue.async {
        self.isClosed = true
        self.connection = nil
        continuation.resume()
      }
    }
  }
}

/// A turn at a connection, which can be cancelled before it begins and while it lasts.
private final class Turn: Sendable {
  private struct State {
    var isCancelled = false
    /// While the turn lasts.
    var interruption: QueryInterrupt?
  }

  private let state = Mutex(State())

  /// - Returns: whether the turn begins.
  func begin(_ interruption: QueryInterrupt) -> Bool {
    state.withLock { state in
      guard !state.isCancelled else { return false }
      state.interruption = interruption
      return true
    }
  }

  func end() { state.withLock { $0.interruption = nil } }

  /// With the lock held, under which `end` notes the end: another's statement is never interrupted.
  func cancel() {
    state.withLock { state in
      state.isCancelled = true
      state.interruption?()
    }
  }
}

import Dispatch

/// A connection with a thread's worth of patience: its blocking calls never sit on Swift's own few threads.
///
/// `@unchecked`: the connection is touched on the serial queue only.
final class ConnectionQueue: @unchecked Sendable {
  private let queue: DispatchQueue
  private let path: String
  private let open: @Sendable () throws(RecordFault) -> Connection
  private var connection: Connection?
  private var isClosed = false

  /// - Parameter open: opens the connection, when it is needed first.
  init(path: String, label: String, open: @escaping @Sendable () throws(RecordFault) -> Connection) {
    self.path = path
    self.open = open
    queue = DispatchQueue(label: "dermgemma-records-\(label)")
  }

  /// Does some work with the connection, after everything that was asked for earlier.
  func run<Outcome: Sendable>(
    _ work: @escaping @Sendable (Connection) throws(RecordFault) -> Outcome
  ) async throws(RecordFault) -> Outcome {
    let outcome: Result<Outcome, RecordFault> = await withCheckedContinuation { continuation in
      queue.async { continuation.resume(returning: self.attempt(work)) }
    }
    return try outcome.get()
  }

  private func attempt<Outcome>(
    _ work: (Connection) throws(RecordFault) -> Outcome
  ) -> Result<Outcome, RecordFault> {
    do throws(RecordFault) {
      guard !isClosed else { throw .closed(path: path) }
      if let connection { return .success(try work(connection)) }
      let connection = try open()
      self.connection = connection
      return .success(try work(connection))
    } catch {
      return .failure(error)
    }
  }

  /// Closes the connection after everything that was asked for.
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

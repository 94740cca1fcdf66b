import Dispatch
import Foundation
import Synchronization

/// A connection to a server with its own queue, so that its waits never occupy Swift's thread pool. A connection that is
/// lost is made again, and what it was doing is repeated.
///
/// `@unchecked`: the connection and what is known of it are touched on the serial queue only.
final class PostgreSQLQueue: @unchecked Sendable {
  /// Work with a connection. It may run more than once: `isRepeat` says that an earlier attempt may have taken effect.
  typealias Work<Outcome> =
    @Sendable (_ connection: PostgreSQLConnection, _ isRepeat: Bool) throws(RecordFault) -> Outcome

  private let queue: DispatchQueue
  private let name: String
  private let patience: Duration
  private let open: @Sendable () throws(RecordFault) -> PostgreSQLConnection
  private var connection: PostgreSQLConnection?
  private var isClosed = false
  /// Whether the server is waited for: not the first time, when somebody can still mend the location, and not again after
  /// waiting was in vain.
  private var waits: Bool
  private let isClosing = Atomic(false)

  /// - Parameters:
  ///   - name: the database's name.
  ///   - patience: how long the server is waited for when it cannot be reached.
  ///   - waits: whether that holds before the first connection too.
  ///   - open: connects.
  init(
    name: String, label: String, patience: Duration, waits: Bool,
    open: @escaping @Sendable () throws(RecordFault) -> PostgreSQLConnection
  ) {
    self.name = name
    self.patience = patience
    self.waits = waits
    self.open = open
    queue = DispatchQueue(label: "dermgemma-postgresql-\(label)")
  }

  /// Runs work with the connection, after everything submitted earlier.
  ///
  /// - Parameter isCancellable: whether it ends with the calling task: before its turn, or while a statement runs. Other
  ///   work of a cancelled task runs to its end, and does not wait for a server that cannot be reached.
  func run<Outcome: Sendable>(
    isCancellable: Bool = false, _ work: @escaping Work<Outcome>
  ) async throws(RecordFault) -> Outcome {
    let call = Call(isCancellable: isCancellable)
    let outcome: Result<Outcome, RecordFault> = await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        queue.async { continuation.resume(returning: self.attempt(work, call)) }
      }
    } onCancel: {
      call.isCancelled.store(true, ordering: .relaxed)
    }
    return try outcome.get()
  }

  /// A call and whether its task was cancelled.
  private final class Call: Sendable {
    let isCancellable: Bool
    let isCancelled = Atomic(false)

    init(isCancellable: Bool) { self.isCancellable = isCancellable }

    var isOver: Bool { isCancellable && isCancelled.load(ordering: .relaxed) }
  }

  private func attempt<Outcome>(_ work: Work<Outcome>, _ call: Call) -> Result<Outcome, RecordFault> {
    let deadline = ContinuousClock.now + patience
    var (isRepeat, pause) = (false, Duration.milliseconds(50))
    while true {
      guard !isClosed else { return .failure(.closed(store: name)) }
      if call.isOver { return .failure(.cancelled) }
      do throws(RecordFault) {
        let connection = try current()
        connection.isCancelled = { call.isOver }
        defer {
          connection.isCancelled = nil
          if !connection.isUsable { self.connection = nil }
        }
        do throws(RecordFault) {
          return .success(try work(connection, isRepeat))
        } catch {
          isRepeat = true
          throw error
        }
      } catch {
        guard case .unreachable = error else { return .failure(error) }
        connection = nil
        let isWanted = !call.isCancelled.load(ordering: .relaxed) && !isClosing.load(ordering: .relaxed)
        guard waits, isWanted, ContinuousClock.now + pause < deadline else {
          if isWanted { waits = false }
          return .failure(error)
        }
        usleep(UInt32(pause / .microseconds(1)))
        pause = min(pause * 2, .seconds(1))
      }
    }
  }

  private func current() throws(RecordFault) -> PostgreSQLConnection {
    if let connection { return connection }
    let opened = try open()
    (connection, waits) = (opened, true)
    return opened
  }

  /// Closes the connection after all submitted work.
  func close() async {
    isClosing.store(true, ordering: .relaxed)
    await withCheckedContinuation { continuation in
      queue.async {
        self.isClosed = true
        self.connection = nil
        continuation.resume()
      }
    }
  }
}

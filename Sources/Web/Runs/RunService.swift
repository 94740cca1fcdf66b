import Synchronization
import UseCases

/// The server's validations and audits: one under way at a time, beside the examinations, and those that are over.
final class RunService: Sendable {
  /// Does the work of a run; cancelled when the run is.
  typealias Work = @Sendable (BackgroundRun) async throws -> Void
  /// Plans that are remembered; they have no folder.
  private static let plansKept = 8

  private let queue: JobQueue<BackgroundRun>
  /// The oldest first.
  private let held: Mutex<[BackgroundRun]>
  private let store: RunStore
  private let limits: ServerLimits
  private let base: BasePath

  /// - Parameter onEnd: told of each run that has ended, with what only the log gets.
  init(
    _ settings: ServerSettings, onEnd: @escaping @Sendable (BackgroundRun, String?) -> Void, work: @escaping Work
  ) {
    let store = RunStore(data: settings.data)
    let base = settings.basePath
    (self.store, limits, self.base) = (store, settings.limits, base)
    held = Mutex(
      store.documents().map { BackgroundRun($0, client: "", isResumed: false, base: base) })
    queue = JobQueue(
      limits: JobQueueLimits(waiting: 0, waitingOfOneClient: 0, kept: 1, keptFor: .seconds(1)), parallel: 1,
      onEnd: { run, result in
        var cause: String?
        switch result {
        case .success: run.conclude(.done, nil)
        case .failure(let error):
          let end = RunFailure(error, of: run.name, plain: settings.plain)
          cause = end.cause
          run.conclude(end.status, end.failure)
        }
        if !run.order.isPlan {
          do { try store.write(run.document) } catch { cause = cause ?? "\(error)" }
        }
        onEnd(run, cause)
      }, work: work)
    queue.start()
  }

  /// All runs, the newest first.
  var runs: [BackgroundRun] { held.withLock { $0.reversed() } }

  /// A run by its name.
  func run(_ name: String) -> BackgroundRun? { held.withLock { $0.first { $0.name == name } } }

  /// Starts a run.
  ///
  /// - Throws: `Problem` 409 while another is under way, 507 when there is no room for its results.
  func start(_ order: RunOrder, client: String) throws -> BackgroundRun {
    try checkFree()
    if !order.isPlan {
      let kept = held.withLock { $0.count { !$0.order.isPlan } }
      guard kept < limits.runsKept else {
        throw Problem(
          507, "too_many_runs", "Insufficient storage",
          "\(kept) runs are kept, and that is the limit. Delete one that you do not need.")
      }
      try store.checkRoom(limits)
    }
    let document = RunDocument(id: RunStore.name(of: order.kind), order)
    return try submit(BackgroundRun(document, client: client, isResumed: false, base: base))
  }

  /// Continues a run that was stopped.
  ///
  /// - Throws: `Problem` 404, 409, 507.
  func resume(_ name: String, client: String) throws -> BackgroundRun {
    guard let old = run(name), !old.order.isPlan else { throw Problem.noRun }
    var document = old.document
    guard document.status.canResume else {
      throw Problem.conflict("not_resumable", "The run is \(document.status == .done ? "done" : "under way") already.")
    }
    try checkFree()
    try store.checkRoom(limits)
    (document.status, document.failure, document.finished) = (.running, nil, nil)
    document.progress = RunDocument.Progress()
    return try submit(BackgroundRun(document, client: client, isResumed: true, base: base))
  }

  /// Cancels a run; `nil` when there is none.
  func cancel(_ name: String) -> BackgroundRun? {
    guard let run = run(name) else { return nil }
    if !run.isOver { _ = queue.cancel(run.id) }
    return run
  }

  /// Deletes a run that is over, with its results.
  ///
  /// - Throws: `Problem` 404, 409.
  func delete(_ name: String) throws(Problem) {
    guard let run = run(name) else { throw .noRun }
    guard run.isOver else { throw .conflict("under_way", "The run is under way; cancel it first.") }
    held.withLock { $0.removeAll { $0.name == name } }
    if !run.order.isPlan { store.remove(name) }
  }

  /// Stops what is under way; it can be resumed.
  func drain() async { await queue.drain(timeout: .zero) }

  /// Connections that follow some run's events.
  var streams: Int { held.withLock { $0.reduce(0) { $0 + $1.feed.streams } } }

  private func checkFree() throws(Problem) {
    guard let running = held.withLock({ $0.last { !$0.isOver } }) else { return }
    throw Self.busy(with: running.name)
  }

  private static func busy(with name: String) -> Problem {
    .conflict("run_under_way", "\(name) is under way. Wait for its end, or cancel it.")
  }

  private func submit(_ run: BackgroundRun) throws -> BackgroundRun {
    if !run.order.isPlan { try write(run.document) }
    do throws(JobQueueRefusal) {
      try queue.submit(run)
    } catch {
      if !run.isResumed, !run.order.isPlan { store.remove(run.name) }
      switch error {
      case .ending: throw Problem.unavailable("ending", "The server is shutting down.", retryAfter: 5)
      case .full: throw Self.busy(with: "Another run")
      }
    }
    held.withLock { runs in
      runs.removeAll { $0.name == run.name }
      let plans = runs.filter { $0.order.isPlan && $0.isOver }
      let old = Set(plans.dropLast(Self.plansKept - 1).map(\.name))
      runs.removeAll { old.contains($0.name) }
      runs.append(run)
    }
    run.note { _ in }
    return run
  }

  private func write(_ document: RunDocument) throws {
    do {
      try store.write(document)
    } catch {
      var problem = Problem(507, "no_room", "Insufficient storage", "The run's folder cannot be written.")
      problem.cause = error.description
      throw problem
    }
  }
}

extension Problem {
  static let noRun = Problem.notFound("There is no such run.")

  static func conflict(_ reason: String, _ detail: String) -> Problem { Problem(409, reason, "Conflict", detail) }
}

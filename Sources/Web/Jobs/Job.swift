import Dermoscopy
import JSON
import Synchronization

/// One examination that was asked for: queued, running, done or failed.
final class Job: Sendable {
  enum State: Sendable {
    case queued
    case running
    case done(ExaminationReport)
    case failed(JobFailure)

    var isOver: Bool {
      switch self {
      case .done, .failed: true
      case .queued, .running: false
      }
    }
  }

  /// What is to be read.
  struct Order: Sendable {
    /// The image as the server knows it; never a name from outside.
    var name: String
    /// Gives the image's bytes.
    var bytes: @Sendable () throws -> [UInt8]
    var truth: GroundTruth?
    var seed: UInt64
    var client: String
  }

  /// It cannot be guessed: a client that knows it may query the job and cancel it.
  let id: String
  let order: Order
  let feed = EventFeed()
  let created = ContinuousClock.now

  private struct Progress {
    var state = State.queued
    var finished: ContinuousClock.Instant?
    var status: [UInt8]?
    var waiting: [Int: CheckedContinuation<Void, Never>] = [:]
    var nextWaiter = 0
  }

  private let progress = Mutex(Progress())

  init(_ order: Order, id: String = RandomName.make()) {
    self.order = order
    self.id = id
  }

  /// Its state.
  var state: State { progress.withLock { $0.state } }

  /// When it ended; `nil` before.
  var finished: ContinuousClock.Instant? { progress.withLock { $0.finished } }

  /// Changes the state. Once over, a job stays as it is.
  ///
  /// - Returns: whether it moved.
  @discardableResult func move(to state: State) -> Bool {
    let woken = progress.withLock { progress -> [CheckedContinuation<Void, Never>]? in
      guard !progress.state.isOver else { return nil }
      progress.state = state
      progress.status = nil
      guard state.isOver else { return [] }
      progress.finished = .now
      defer { progress.waiting = [:] }
      return Array(progress.waiting.values)
    }
    for continuation in woken ?? [] { continuation.resume() }
    return woken != nil
  }

  /// The status document, made once for each state.
  func statusDocument() throws -> [UInt8] {
    try progress.withLock { progress in
      if let status = progress.status { return status }
      let status = Array(try OrderedJSON.line(JobStatus(progress.state)).utf8)
      progress.status = status
      return status
    }
  }

  /// Waits until the job is over, the time is, or the waiting task is cancelled.
  func wait(atMost patience: Duration) async {
    guard patience > .zero else { return }
    await withTaskGroup(of: Void.self) { group in
      group.addTask { await self.end() }
      group.addTask { try? await Task.sleep(for: patience) }
      await group.next()
      group.cancelAll()
    }
  }

  /// Waits until the job is over, or the waiting task is cancelled.
  func end() async {
    let waiter = progress.withLock { progress in
      defer { progress.nextWaiter += 1 }
      return progress.nextWaiter
    }
    await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let isOver = progress.withLock { progress in
          // Checked with the lock held, so that neither the end nor a cancellation is missed.
          guard !progress.state.isOver, !Task.isCancelled else { return true }
          progress.waiting[waiter] = continuation
          return false
        }
        if isOver { continuation.resume() }
      }
    } onCancel: {
      progress.withLock { $0.waiting.removeValue(forKey: waiter) }?.resume()
    }
  }
}

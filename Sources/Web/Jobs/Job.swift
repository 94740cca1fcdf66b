import Concurrency
import Dermoscopy
import JSON

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
  }

  private let progress = Monitor(Progress())

  init(_ order: Order, id: String = RandomName.make()) {
    self.order = order
    self.id = id
  }

  /// Its state.
  var state: State { progress.state.state }

  /// When it ended; `nil` before.
  var finished: ContinuousClock.Instant? { progress.state.finished }

  /// Changes the state. Once over, a job stays as it is.
  ///
  /// - Returns: whether it moved.
  @discardableResult func move(to state: State) -> Bool {
    progress.change { progress in
      guard !progress.state.isOver else { return false }
      progress.state = state
      progress.status = nil
      if state.isOver { progress.finished = .now }
      return true
    }
  }

  /// The status document, made once for each state.
  func statusDocument() throws -> [UInt8] {
    try progress.read { progress in
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
  func end() async { await progress.wait { $0.state.isOver } }
}

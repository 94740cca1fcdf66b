import Concurrency
import Dermoscopy
import JSON
import Records
import UseCases

/// What a job gives.
enum JobResult: Sendable {
  case examination(ExaminationReport)
  /// The answer to a question about an image, and what it cost.
  case answer(any Encodable & Sendable, ExaminationCounts)
}

/// One examination, or one question about an image, that was asked for: queued, running, done or failed.
final class Job: Sendable {
  enum State: Sendable {
    case queued
    case running
    case done(JobResult)
    case failed(JobFailure)

    var isOver: Bool {
      switch self {
      case .done, .failed: true
      case .queued, .running: false
      }
    }
  }

  /// What is to be read.
  struct Input: Sendable {
    /// The image as the server knows it; never a name from outside.
    var name: String
    /// Gives the image's bytes.
    var bytes: @Sendable () throws -> [UInt8]
    var truth: GroundTruth?
    var seed: UInt64
    var client: String
    /// Which frame of a DICOM file; `nil` for the only one.
    var frame: Int?
    /// What is asked about the image instead of an examination; such a job has no events.
    var question: Question?
  }

  /// Answers a question about an image's bytes.
  typealias Question =
    @Sendable (_ bytes: [UInt8], _ input: Input, _ engine: any ReadingEngine) async throws -> JobResult

  /// It cannot be guessed: a client that knows it may query the job and cancel it.
  let id: String
  let input: Input
  let feed = EventFeed()
  let created = ContinuousClock.now

  private struct Progress {
    var state = State.queued
    var record: RecordID?
    var finished: ContinuousClock.Instant?
    var status: [UInt8]?
    /// The examination's events; kept by those who follow it once the job is over.
    var log: ExaminationLog?
  }

  private let progress = Monitor(Progress())

  init(_ input: Input, log: ExaminationLog, id: String = RandomName.make()) {
    self.input = input
    self.id = id
    progress.read { $0.log = log }
  }

  /// The examination's events; `nil` once the job is over.
  var log: ExaminationLog? { progress.read { $0.log } }

  /// Lets go of the examination's events.
  func releaseLog() -> ExaminationLog? {
    progress.read { progress in
      defer { progress.log = nil }
      return progress.log
    }
  }

  /// The id of the examination in the history; `nil` until it is stored.
  var record: RecordID? {
    get { progress.state.record }
    set { progress.read { $0.record = newValue } }
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
  func wait(atMost timeout: Duration) async {
    guard timeout > .zero else { return }
    await withTaskGroup(of: Void.self) { group in
      group.addTask { await self.end() }
      group.addTask { try? await Task.sleep(for: timeout) }
      await group.next()
      group.cancelAll()
    }
  }

  /// Waits until the job is over, or the waiting task is cancelled.
  func end() async { await progress.wait { $0.state.isOver } }
}

extension Job: QueuedJob {
  var client: String { input.client }

  func begin() { move(to: .running) }

  func finish(with result: Result<JobResult, any Error>) -> Bool {
    switch result {
    case .success(let result): move(to: .done(result))
    case .failure(let error): move(to: .failed(JobFailure(error, id: id)))
    }
  }
}

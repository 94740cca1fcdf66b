import Dermoscopy
import Synchronization

/// A request of a worker's client that reads something.
final class WorkerJob: QueuedJob {
  typealias Output = ExaminationReport

  let id: String
  let client = ""
  let request: WorkerRequest
  let line: Int
  /// The line's length, which counts against the worker's memory until it is answered.
  let bytes: Int
  private let ended = Mutex<ContinuousClock.Instant?>(nil)

  init(_ request: WorkerRequest, line: Int, bytes: Int) {
    id = String(line)
    self.request = request
    self.line = line
    self.bytes = bytes
  }

  var finished: ContinuousClock.Instant? { ended.withLock { $0 } }

  func begin() {}

  func finish(with result: Result<ExaminationReport, any Error>) -> Bool {
    ended.withLock { ended in
      guard ended == nil else { return false }
      ended = .now
      return true
    }
  }
}

import Concurrency
import Dermoscopy
import Faults
import JSON

/// Answers requests that come line by line, several at once, each as soon as it is done.
///
/// It takes no further line while as many requests are unanswered as it may take ahead, or as long ones as it may hold: who
/// sends faster, or reads answers more slowly, waits.
public struct Worker: Sendable {
  /// A line of input.
  public enum Input: Sendable {
    /// A line without its end.
    case line([UInt8])
    /// A line that is longer than this many bytes; it is left out.
    case tooLong(limit: Int)
  }

  /// Bytes of unanswered lines, above which no further one is taken.
  public static let heldBytes = 256 << 20

  private struct Desk: Sendable {
    var unanswered = 0
    var bytes = 0
    /// The jobs of requests that are under way.
    var jobs: [WorkerID: String] = [:]

    mutating func count(_ lines: Int, bytes: Int) {
      unanswered += lines
      self.bytes += bytes
    }
  }

  private struct Written: Sendable {
    var answer: WorkerAnswer
    var bytes: Int
    /// What ends the worker when this answer is written.
    var fault: (any Fault)?
  }

  private let information: WorkerInformation
  private let read: @Sendable (WorkerRequest) async throws -> ExaminationReport
  private let desk = Monitor(Desk())

  /// A worker.
  ///
  /// - Parameters:
  ///   - information: what it says of itself; also how many requests it reads at once, and takes ahead.
  ///   - read: does what a request asks for.
  public init(
    _ information: WorkerInformation, read: @escaping @Sendable (WorkerRequest) async throws -> ExaminationReport
  ) {
    self.information = information
    self.read = read
  }

  /// Answers until the input ends and everything is answered.
  ///
  /// - Parameters:
  ///   - next: gives the next line; `nil` at the end.
  ///   - write: writes an answer, one at a time.
  /// - Throws: what `next` and `write` throw; a `Fault` of the weights, after the answer that says so; `CancellationError`.
  public func run(
    next: @escaping @Sendable () async throws -> Input?, write: @escaping @Sendable (String) async throws -> Void
  ) async throws {
    let (answers, continuation) = AsyncStream<Written>.makeStream()
    let limits = JobQueueLimits(
      waiting: information.ahead + 1, waitingOfOneClient: information.ahead + 1, kept: 0, keptFor: .zero)
    let queue = JobQueue<WorkerJob>(limits: limits, parallel: information.parallel) { job, result in
      continuation.yield(ending(of: job, result))
    } work: { job in
      try await read(job.request)
    }
    queue.start()
    do {
      try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask {
          try await take(next, queue) { continuation.yield($0) }
          continuation.finish()
        }
        group.addTask {
          for await one in answers {
            try await write(try OrderedJSON.line(one.answer))
            desk.change { $0.count(-1, bytes: -one.bytes) }
            if let fault = one.fault { throw fault }
          }
          try Task.checkCancellation()
        }
        // Not `waitForAll`, which lets the others go on when one throws.
        for try await _ in group {}
      }
    } catch {
      await queue.drain(timeout: .zero)
      throw error
    }
  }

  private func take(
    _ next: @Sendable () async throws -> Input?, _ queue: JobQueue<WorkerJob>, _ tell: (Written) -> Void
  ) async throws {
    var line = 0
    while true {
      await desk.wait { $0.unanswered < information.ahead && $0.bytes < Self.heldBytes }
      try Task.checkCancellation()
      guard let input = try await next() else { break }
      line += 1
      var size = 0
      if case .line(let bytes) = input {
        if bytes.allSatisfy({ $0 == 32 || $0 == 9 || $0 == 13 }) { continue }
        size = bytes.count
      }
      desk.change { $0.count(1, bytes: size) }
      if let content = take(input, line, queue) { tell(Written(answer: content, bytes: size)) }
    }
    await desk.wait { $0.unanswered == 0 }
    try Task.checkCancellation()
  }

  /// Begins what a line asks for.
  ///
  /// - Returns: the answer, if it has one already.
  private func take(_ input: Input, _ line: Int, _ queue: JobQueue<WorkerJob>) -> WorkerAnswer? {
    var id: WorkerID?
    do {
      guard case .line(let bytes) = input else {
        if case .tooLong(let limit) = input {
          throw WorkerFault(id: nil, message: "the line is longer than \(limit >> 20) MiB")
        }
        return nil
      }
      let request = try WorkerRequest(line: bytes)
      id = request.id
      switch request.action {
      case .information: return WorkerAnswer(id: id, line: line, content: .information(information))
      case .cancel(let other):
        let job = desk.read { $0.jobs[other] }
        return WorkerAnswer(id: id, line: line, content: .cancelled(job.flatMap(queue.cancel) != nil))
      case .read:
        let job = WorkerJob(request, line: line, bytes: bytes.count)
        try enter(job)
        try queue.submit(job)
        return nil
      }
    } catch {
      return WorkerAnswer(id: id ?? (error as? WorkerFault)?.id, line: line, failedBy: error)
    }
  }

  /// Notes that a request is under way.
  ///
  /// - Throws: `WorkerFault` when another with its id is.
  private func enter(_ job: WorkerJob) throws(WorkerFault) {
    guard let id = job.request.id else { return }
    let isFree = desk.read { desk in
      guard desk.jobs[id] == nil else { return false }
      desk.jobs[id] = job.id
      return true
    }
    guard isFree else { throw WorkerFault(id: id, message: "another request with this id is under way") }
  }

  private func ending(of job: WorkerJob, _ result: Result<ExaminationReport, any Error>) -> Written {
    if let id = job.request.id { desk.read { $0.jobs[id] = nil } }
    switch result {
    case .success(let report):
      return Written(
        answer: WorkerAnswer(id: job.request.id, line: job.line, content: .examination(report)), bytes: job.bytes)
    case .failure(let error):
      let fault = error as? any Fault
      return Written(
        answer: WorkerAnswer(id: job.request.id, line: job.line, failedBy: error), bytes: job.bytes,
        fault: fault?.kind == .unusableWeights ? fault : nil)
    }
  }
}

import Dermoscopy
import UseCases

/// The server's jobs: a bounded queue whose refusals are answers to requests, and whose events clients can follow.
final class JobService: Sendable {
  /// Does the work of a job; cancelled when the job is.
  typealias Work = @Sendable (Job, ExaminationLog) async throws -> JobResult

  private let queue: JobQueue<Job>

  init(limits: ServerLimits, parallel: Int, onEnd: @escaping @Sendable (Job) -> Void, work: @escaping Work) {
    queue = JobQueue(
      limits: JobQueueLimits(
        waiting: limits.queuedJobs, waitingOfOneClient: limits.queuedJobsOfOneAddress, kept: limits.jobsKept,
        keptFor: .seconds(limits.jobKeptSeconds)),
      parallel: parallel,
      onEnd: { job, result in
        let log = job.releaseLog()
        // What failed before the examination began has not been noted.
        if case .failure(let error) = result { log?.append(.failed(ExaminationFailure(error))) }
        onEnd(job)
      },
      work: { job in try await work(job, job.log ?? ExaminationLog()) })
  }

  /// Begins to work off the queue.
  func start() { queue.start() }

  /// Accepts a job.
  ///
  /// - Throws: `Problem` 429 when too many wait already, 503 when the server is about to end.
  func submit(_ input: Job.Input) throws(Problem) -> Job {
    let log = ExaminationLog()
    let job = Job(input, log: log)
    do {
      try queue.submit(job)
    } catch {
      switch error {
      case .ending: throw .unavailable("ending", "The server is shutting down.", retryAfter: 5)
      case .full(let waiting, let seconds):
        throw .busy("queue_full", Self.queueText(waiting) + " Try again in a moment.", retryAfter: seconds)
      }
    }
    follow(log, of: job)
    return job
  }

  /// A job by its id; `nil` for one that never was, or has expired.
  func job(_ id: String) -> Job? { queue.job(id) }

  /// Cancels a job; `nil` when there is none, or it has expired.
  func cancel(_ id: String) -> Job? { queue.cancel(id) }

  /// Jobs that wait, and jobs that run.
  var depth: (queued: Int, running: Int) { queue.depth }

  /// Connections that follow some job's events.
  var streams: Int { queue.jobs.reduce(0) { $0 + $1.feed.streams } }

  /// Drops jobs whose time is over.
  func expire() { queue.expire() }

  /// Accepts no more jobs, fails those that wait, and lets those that run continue for a while.
  func drain(timeout: Duration) async { await queue.drain(timeout: timeout) }

  /// Turns each event of a job into bytes, once, for all who follow.
  private func follow(_ log: ExaminationLog, of job: Job) {
    guard job.input.question == nil else {
      Task {
        await job.end()
        job.feed.complete()
      }
      return
    }
    Task {
      for await event in log.events() {
        // A client that has read the last event finds the job over.
        if event.event.isLast { await job.end() }
        job.feed.append(
          EventText.bytes(of: event) {
            if case .failed(let failure) = job.state { failure } else { nil }
          })
      }
      job.feed.complete()
    }
  }

  private static func queueText(_ waiting: Int) -> String {
    switch waiting {
    case 0: "Another examination is under way."
    case 1: "An examination waits already."
    default: "\(waiting) examinations wait already."
    }
  }
}

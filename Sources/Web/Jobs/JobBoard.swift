import Dermoscopy
import Synchronization

/// All jobs: a bounded queue, the running ones, and finished ones until they expire.
final class JobBoard: Sendable {
  /// Does the work of a job; cancelled when the job is.
  typealias Work = @Sendable (Job, ExaminationLog) async throws -> ExaminationReport

  private struct State {
    var jobs: [String: Job] = [:]
    /// Those that are over, the oldest first.
    var over: [Job] = []
    var queue: [Job] = []
    var running: [String: Task<Void, Never>] = [:]
    var logs: [String: ExaminationLog] = [:]
    /// Whether jobs are started; not before the model is loaded, and not while the server ends.
    var isStarted = false
    var isEnding = false
    /// Seconds that a job takes, smoothed.
    var duration = 2.0
  }

  private let state = Mutex(State())
  private let limits: ServerLimits
  private let parallel: Int
  private let work: Work
  private let onEnd: @Sendable (Job) -> Void

  init(limits: ServerLimits, parallel: Int, onEnd: @escaping @Sendable (Job) -> Void, work: @escaping Work) {
    self.limits = limits
    self.parallel = parallel
    self.onEnd = onEnd
    self.work = work
  }

  /// Begins to work off the queue.
  func start() {
    state.withLock { $0.isStarted = true }
    startNext()
  }

  /// Accepts a job.
  ///
  /// - Throws: `Problem` 429 when too many wait already, 503 when the server is about to end.
  func submit(_ order: Job.Order) throws(Problem) -> Job {
    let job = Job(order)
    let problem = state.withLock { state -> Problem? in
      if state.isEnding { return .unavailable("ending", "The server is shutting down.", retryAfter: 5) }
      let own = state.queue.count { $0.order.client == order.client }
      // A job that starts at once does not count as waiting.
      let free = state.isStarted ? max(parallel - state.running.count, 0) : 0
      guard state.queue.count < limits.queuedJobs + free, own < limits.queuedJobsOfOneAddress + free else {
        return .busy(
          "queue_full", Self.crowd(state.queue.count) + " Try again in a moment.",
          retryAfter: retryAfter(state))
      }
      let log = ExaminationLog()
      state.jobs[job.id] = job
      state.logs[job.id] = log
      state.queue.append(job)
      follow(log, of: job)
      expire(&state)
      return nil
    }
    if let problem { throw problem }
    startNext()
    return job
  }

  /// A job by its id; `nil` for one that never was, or has expired.
  func job(_ id: String) -> Job? {
    state.withLock { state in
      expire(&state)
      return state.jobs[id]
    }
  }

  /// Cancels a job; `nil` when there is none, or it has expired.
  func cancel(_ id: String) -> Job? {
    let (job, running) = state.withLock { state -> (Job?, Task<Void, Never>?) in
      guard let job = state.jobs[id] else { return (nil, nil) }
      state.queue.removeAll { $0 === job }
      return (job, state.running[id])
    }
    guard let job else { return nil }
    if let running {
      running.cancel()
    } else {
      end(job, as: .failed(.cancelled), error: CancellationError())
    }
    return job
  }

  /// Jobs that wait, and jobs that run.
  var depth: (queued: Int, running: Int) { state.withLock { ($0.queue.count, $0.running.count) } }

  /// Connections that follow some job's events.
  var streams: Int { state.withLock { Array($0.jobs.values) }.reduce(0) { $0 + $1.feed.streams } }

  /// Drops jobs whose time is over.
  func expire() { state.withLock { expire(&$0) } }

  /// Accepts no more jobs, fails those that wait, and lets those that run continue for a while.
  func drain(patience: Duration) async {
    let waiting = state.withLock { state in
      state.isEnding = true
      defer { state.queue = [] }
      return state.queue
    }
    for job in waiting { end(job, as: .failed(.ending), error: JobFailure.ending) }
    let deadline = ContinuousClock.now + patience
    while depth.running > 0, ContinuousClock.now < deadline { try? await Task.sleep(for: .milliseconds(20)) }
    for task in state.withLock({ Array($0.running.values) }) { task.cancel() }
    for task in state.withLock({ Array($0.running.values) }) { await task.value }
  }

  // MARK: Working

  private func startNext() {
    state.withLock { state in
      while state.isStarted, !state.isEnding, state.running.count < parallel, !state.queue.isEmpty {
        let job = state.queue.removeFirst()
        guard let log = state.logs[job.id] else { continue }
        job.move(to: .running)
        state.running[job.id] = Task { await run(job, log) }
      }
    }
  }

  private func run(_ job: Job, _ log: ExaminationLog) async {
    let started = ContinuousClock.now
    do {
      let report = try await work(job, log)
      state.withLock { $0.duration += 0.2 * (started.duration(to: .now) / .seconds(1) - $0.duration) }
      end(job, as: .done(report), error: nil)
    } catch {
      let isEnding = state.withLock { $0.isEnding }
      let error: any Error = error is CancellationError && isEnding ? JobFailure.ending : error
      end(job, as: .failed(JobFailure(error, id: job.id)), error: error)
    }
    startNext()
  }

  private func end(_ job: Job, as outcome: Job.State, error: (any Error)?) {
    guard job.move(to: outcome) else { return }
    let log = state.withLock { state in
      state.running[job.id] = nil
      state.over.append(job)
      expire(&state)
      return state.logs.removeValue(forKey: job.id)
    }
    // What failed before the examination began has not been noted.
    if let error { log?.append(.failed(ExaminationFailure(error))) }
    onEnd(job)
  }

  /// Turns each event of a job into bytes, once, for all who follow.
  private func follow(_ log: ExaminationLog, of job: Job) {
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

  // MARK: Keeping

  private func expire(_ state: inout State) {
    let limit = ContinuousClock.now - .seconds(limits.jobKeptSeconds)
    while let oldest = state.over.first,
      state.over.count > limits.jobsKept || oldest.finished.map({ $0 < limit }) ?? false
    {
      state.over.removeFirst()
      state.jobs[oldest.id] = nil
    }
  }

  private static func crowd(_ waiting: Int) -> String {
    switch waiting {
    case 0: "Another examination is under way."
    case 1: "An examination waits already."
    default: "\(waiting) examinations wait already."
    }
  }

  private func retryAfter(_ state: State) -> Int {
    let seconds = state.duration * Double(state.queue.count) / Double(max(parallel, 1))
    return Int(min(max(seconds, 1), 120).rounded(.up))
  }
}

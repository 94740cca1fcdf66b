import Synchronization

/// A bounded first-in, first-out queue of jobs: those that wait, those that run, and those that are over until they expire.
///
/// It knows nothing of what a job does; a server or an agent's tools put their own jobs into it.
public final class JobQueue<Job: QueuedJob>: Sendable {
  /// Does a job; its task is cancelled when the job is.
  public typealias Work = @Sendable (Job) async throws -> Job.Output

  private struct State {
    var jobs: [String: Job] = [:]
    /// Those that are over, the oldest first.
    var over: [Job] = []
    var queue: [Job] = []
    var running: [String: Task<Void, Never>] = [:]
    /// Whether jobs are started; not before the owner is ready, and not while the queue ends.
    var isStarted = false
    var isEnding = false
    /// Seconds that a job takes, smoothed.
    var duration = 2.0
  }

  private let state = Mutex(State())
  private let limits: JobQueueLimits
  private let parallel: Int
  private let work: Work
  private let onEnd: @Sendable (Job, Result<Job.Output, any Error>) -> Void

  /// A queue that takes jobs, and does not start them yet.
  ///
  /// - Parameters:
  ///   - limits: how many may wait and are kept.
  ///   - parallel: how many run at once.
  ///   - onEnd: called once for each job that has ended, when the queue knows that it has.
  ///   - work: does a job.
  public init(
    limits: JobQueueLimits, parallel: Int,
    onEnd: @escaping @Sendable (Job, Result<Job.Output, any Error>) -> Void, work: @escaping Work
  ) {
    self.limits = limits
    self.parallel = parallel
    self.onEnd = onEnd
    self.work = work
  }

  /// Begins to work off the queue.
  public func start() {
    state.withLock { $0.isStarted = true }
    startNext()
  }

  /// Takes a job.
  ///
  /// - Throws: ``JobQueueRefusal``.
  public func submit(_ job: Job) throws(JobQueueRefusal) {
    let refusal = state.withLock { state -> JobQueueRefusal? in
      if state.isEnding { return .ending }
      let own = state.queue.count { $0.client == job.client }
      // A job that starts at once does not count as waiting.
      let free = state.isStarted ? max(parallel - state.running.count, 0) : 0
      guard state.queue.count < limits.waiting + free, own < limits.waitingOfOneClient + free else {
        return .full(waiting: state.queue.count, retryAfter: retryAfter(state))
      }
      state.jobs[job.id] = job
      state.queue.append(job)
      expire(&state)
      return nil
    }
    if let refusal { throw refusal }
    startNext()
  }

  /// A job by its id; `nil` for one that never was, or has expired.
  public func job(_ id: String) -> Job? {
    state.withLock { state in
      expire(&state)
      return state.jobs[id]
    }
  }

  /// All jobs, in no order.
  public var jobs: [Job] { state.withLock { Array($0.jobs.values) } }

  /// Cancels a job; `nil` when there is none, or it has expired.
  public func cancel(_ id: String) -> Job? {
    let (job, running) = state.withLock { state -> (Job?, Task<Void, Never>?) in
      guard let job = state.jobs[id] else { return (nil, nil) }
      state.queue.removeAll { $0 === job }
      return (job, state.running[id])
    }
    guard let job else { return nil }
    if let running {
      running.cancel()
    } else {
      end(job, with: .failure(CancellationError()))
    }
    return job
  }

  /// Jobs that wait, and jobs that run.
  public var depth: (queued: Int, running: Int) { state.withLock { ($0.queue.count, $0.running.count) } }

  /// Drops jobs whose time is over.
  public func expire() { state.withLock { expire(&$0) } }

  /// Takes no more jobs, fails those that wait, and lets those that run continue for a while.
  ///
  /// - Parameter timeout: how long; then they are cancelled.
  public func drain(timeout: Duration) async {
    let waiting = state.withLock { state in
      state.isEnding = true
      defer { state.queue = [] }
      return state.queue
    }
    for job in waiting { end(job, with: .failure(JobQueueRefusal.ending)) }
    let deadline = ContinuousClock.now + timeout
    while depth.running > 0, ContinuousClock.now < deadline { try? await Task.sleep(for: .milliseconds(20)) }
    for task in state.withLock({ Array($0.running.values) }) { task.cancel() }
    for task in state.withLock({ Array($0.running.values) }) { await task.value }
  }

  // MARK: Working

  private func startNext() {
    state.withLock { state in
      while state.isStarted, !state.isEnding, state.running.count < parallel, !state.queue.isEmpty {
        let job = state.queue.removeFirst()
        job.begin()
        state.running[job.id] = Task { await run(job) }
      }
    }
  }

  private func run(_ job: Job) async {
    let started = ContinuousClock.now
    do {
      let output = try await work(job)
      state.withLock { $0.duration += 0.2 * (started.duration(to: .now) / .seconds(1) - $0.duration) }
      end(job, with: .success(output))
    } catch {
      let isStopped = error is CancellationError && state.withLock { $0.isEnding }
      end(job, with: .failure(isStopped ? JobQueueRefusal.ending : error))
    }
    startNext()
  }

  private func end(_ job: Job, with result: Result<Job.Output, any Error>) {
    guard job.finish(with: result) else { return }
    state.withLock { state in
      state.running[job.id] = nil
      state.over.append(job)
      expire(&state)
    }
    onEnd(job, result)
  }

  // MARK: Keeping

  private func expire(_ state: inout State) {
    let limit = ContinuousClock.now - limits.keptFor
    while let oldest = state.over.first,
      state.over.count > limits.kept || oldest.finished.map({ $0 < limit }) ?? false
    {
      state.over.removeFirst()
      state.jobs[oldest.id] = nil
    }
  }

  private func retryAfter(_ state: State) -> Int {
    let seconds = state.duration * Double(state.queue.count) / Double(max(parallel, 1))
    return Int(min(max(seconds, 1), 120).rounded(.up))
  }
}

import Synchronization
import Testing

@testable import UseCases

/// A queue of jobs that do what the test says.
@Suite(.timeLimit(.minutes(2))) struct JobQueueTests {
  private final class TestJob: QueuedJob {
    struct State {
      var began = false
      var finished: ContinuousClock.Instant?
      var result: Result<Int, any Error>?
    }

    let id: String
    let client: String
    private let state = Mutex(State())

    init(_ id: String, of client: String = "client") {
      self.id = id
      self.client = client
    }

    var finished: ContinuousClock.Instant? { state.withLock { $0.finished } }
    var result: Result<Int, any Error>? { state.withLock { $0.result } }
    var error: (any Error)? { if case .failure(let error)? = result { error } else { nil } }

    func begin() { state.withLock { $0.began = true } }

    func finish(with result: Result<Int, any Error>) -> Bool {
      state.withLock { state in
        guard state.result == nil else { return false }
        (state.result, state.finished) = (result, .now)
        return true
      }
    }
  }

  private func queue(
    waiting: Int = 10, ofOneClient: Int = 10, kept: Int = 100, keptFor: Duration = .seconds(60), parallel: Int = 1,
    work: @escaping JobQueue<TestJob>.Work = { _ in 1 }
  ) -> JobQueue<TestJob> {
    JobQueue(
      limits: JobQueueLimits(waiting: waiting, waitingOfOneClient: ofOneClient, kept: kept, keptFor: keptFor),
      parallel: parallel, onEnd: { _, _ in }, work: work)
  }

  private func until(_ condition: () -> Bool) async {
    while !condition() { await Task.yield() }
  }

  @Test func `jobs are worked off in their order, so many at once and no more`() async throws {
    let order = Mutex<[String]>([])
    let running = Mutex((now: 0, most: 0))
    let queue = queue(parallel: 2) { job in
      order.withLock { $0.append(job.id) }
      running.withLock { $0 = ($0.now + 1, max($0.most, $0.now + 1)) }
      for _ in 0..<10 { await Task.yield() }
      running.withLock { $0.now -= 1 }
      return 7
    }
    let jobs = (0..<10).map { TestJob("\($0)") }
    for job in jobs { try queue.submit(job) }
    #expect(queue.depth == (10, 0), "nothing starts before the queue does")
    queue.start()
    await until { queue.depth == (0, 0) }
    #expect(Set(order.withLock { $0 }) == Set(jobs.map(\.id)))
    #expect(running.withLock { $0.most } == 2)
    #expect(jobs.allSatisfy { (try? $0.result?.get()) == 7 })
  }

  @Test func `one at a time, the first that came is the first that runs`() async throws {
    let order = Mutex<[String]>([])
    let queue = queue { job in
      order.withLock { $0.append(job.id) }
      return 1
    }
    for number in 0..<5 { try queue.submit(TestJob("\(number)")) }
    queue.start()
    await until { queue.depth == (0, 0) }
    #expect(order.withLock { $0 } == ["0", "1", "2", "3", "4"])
  }

  @Test func `a full queue refuses, and says how many wait`() async throws {
    let queue = queue(waiting: 2)
    try queue.submit(TestJob("a"))
    try queue.submit(TestJob("b"))
    #expect(throws: JobQueueRefusal.full(waiting: 2, retryAfter: 4)) { try queue.submit(TestJob("c")) }
    #expect(queue.job("c") == nil)
  }

  @Test func `one client cannot fill the queue for the others`() throws {
    let queue = queue(ofOneClient: 1)
    try queue.submit(TestJob("a", of: "one"))
    #expect(throws: JobQueueRefusal.self) { try queue.submit(TestJob("b", of: "one")) }
    try queue.submit(TestJob("c", of: "another"))
    #expect(queue.depth.queued == 2)
  }

  @Test func `a job can be cancelled while it waits and while it runs`() async throws {
    let queue = queue { _ in
      try await Task.sleep(for: .seconds(60))
      return 1
    }
    queue.start()
    let (first, second) = (TestJob("first"), TestJob("second"))
    try queue.submit(first)
    try queue.submit(second)
    #expect(queue.depth == (1, 1))
    #expect(queue.cancel("second") === second && second.error is CancellationError)
    #expect(queue.cancel("first") === first)
    await until { first.result != nil }
    #expect(first.error is CancellationError)
    #expect(queue.cancel("none") == nil)
  }

  @Test func `a queue that ends fails what waits, stops what runs, and takes no more`() async throws {
    let queue = queue { _ in
      try await Task.sleep(for: .seconds(60))
      return 1
    }
    queue.start()
    let (first, second) = (TestJob("first"), TestJob("second"))
    try queue.submit(first)
    try queue.submit(second)
    await queue.drain(timeout: .milliseconds(30))
    #expect(first.error as? JobQueueRefusal == .ending && second.error as? JobQueueRefusal == .ending)
    #expect(queue.depth == (0, 0))
    #expect(throws: JobQueueRefusal.ending) { try queue.submit(TestJob("third")) }
  }

  @Test func `what is over can be looked up for its time, and makes room`() async throws {
    let few = queue(kept: 2)
    few.start()
    for number in 0..<5 {
      try few.submit(TestJob("\(number)"))
      await until { few.depth == (0, 0) }
    }
    #expect(few.job("2") == nil && few.job("3") != nil && few.job("4") != nil)
    let short = queue(keptFor: .zero)
    short.start()
    try short.submit(TestJob("a"))
    await until { short.depth == (0, 0) }
    #expect(short.job("a") == nil)
  }
}

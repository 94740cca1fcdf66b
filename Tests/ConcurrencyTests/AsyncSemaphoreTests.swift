import Concurrency
import Synchronization
import Testing

@Suite(.timeLimit(.minutes(1))) struct AsyncSemaphoreTests {
  @Test func `no more tasks than there are permits do something at once, and all of them do it`() async throws {
    let semaphore = AsyncSemaphore(permits: 3)
    let crowd = Crowd()
    try await withThrowingTaskGroup(of: Void.self) { group in
      for _ in 0..<60 {
        group.addTask {
          try await semaphore.withPermit {
            crowd.enter()
            await Task.yield()
            crowd.leave()
          }
        }
      }
      try await group.waitForAll()
    }
    #expect(crowd.counts == [0, 3, 60])
  }

  /// How many do something now, at most, and in all.
  private final class Crowd: Sendable {
    private let state = Mutex([0, 0, 0])
    var counts: [Int] { state.withLock { $0 } }
    func enter() { state.withLock { $0 = [$0[0] + 1, max($0[1], $0[0] + 1), $0[2] + 1] } }
    func leave() { state.withLock { $0[0] -= 1 } }
  }

  @Test func `a permit comes back from what throws, and a cancelled task waits no longer`() async throws {
    struct Thrown: Error {}
    let semaphore = AsyncSemaphore(permits: 0)
    await #expect(throws: Thrown.self) { try await semaphore.withPermit { throw Thrown() } }
    try await semaphore.withPermit {
      let waiting = Task { try await semaphore.withPermit { true } }
      waiting.cancel()
      await #expect(throws: CancellationError.self) { _ = try await waiting.value }
    }
    #expect(try await semaphore.withPermit { true })
  }
}

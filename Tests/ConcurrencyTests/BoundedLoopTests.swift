import Synchronization
import Testing

@testable import Concurrency

@Suite struct BoundedLoopTests {
  private struct Broken: Error {}

  @Test(arguments: [-1, 1, 3, 50]) func `every element is worked on once, and no more at once than the limit`(
    _ limit: Int
  ) async throws {
    let running = Mutex((now: 0, most: 0))
    var ended: [Int: Int] = [:]
    try await (0..<20).forEachConcurrently(limit: limit) { number in
      running.withLock { $0 = ($0.now + 1, max($0.most, $0.now + 1)) }
      for _ in 0..<5 { await Task.yield() }
      running.withLock { $0.now -= 1 }
      return number * number
    } ended: { number, square in
      #expect(ended.updateValue(square, forKey: number) == nil)
    }
    #expect(ended == Dictionary(uniqueKeysWithValues: (0..<20).map { ($0, $0 * $0) }))
    #expect(running.withLock { $0.most } <= max(limit, 1))
  }

  @Test func `the first error ends the loop, and no further element is begun`() async throws {
    let begun = Mutex<[Int]>([])
    await #expect(throws: Broken.self) {
      try await (0..<100).forEachConcurrently(limit: 1) { number in
        begun.withLock { $0.append(number) }
        if number == 5 { throw Broken() }
      } ended: { _, _ in
      }
    }
    #expect(begun.withLock { $0 } == Array(0...5))
  }

  @Test func `an error of the one who is told cancels what is under way`() async throws {
    let cancelled = Mutex(0)
    await #expect(throws: Broken.self) {
      try await (0..<3).forEachConcurrently(limit: 3) { number in
        guard number > 0 else { return }
        do { try await Task.sleep(for: .seconds(60)) } catch { cancelled.withLock { $0 += 1 } }
      } ended: { _, _ in
        throw Broken()
      }
    }
    #expect(cancelled.withLock { $0 } == 2)
  }

  @Test func `nothing to do ends at once`() async throws {
    try await [Int]().forEachConcurrently(limit: 4) {
      $0
    } ended: { _, _ in
      Issue.record("There was nothing.")
    }
  }
}

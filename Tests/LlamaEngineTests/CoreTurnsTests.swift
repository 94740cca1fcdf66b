import Foundation
import Synchronization
import Testing

@testable import LlamaEngine

@Suite(.timeLimit(.minutes(5))) struct CoreTurnsTests {
  @Test func `only one computes at a time, and everyone gets a turn`() async throws {
    let turns = CoreTurns()
    let inside = Mutex(0)
    let done = Mutex([Int](repeating: 0, count: 4))
    let threads = (0..<4).map { number in
      Thread {
        for _ in 0..<200 {
          turns.take()
          #expect(
            inside.withLock {
              $0 += 1; return $0
            } == 1)
          inside.withLock { $0 -= 1 }
          turns.give()
          done.withLock { $0[number] += 1 }
        }
      }
    }
    for thread in threads { thread.start() }
    while done.withLock({ $0 != [200, 200, 200, 200] }) { try await Task.sleep(for: .milliseconds(2)) }
  }

  @Test func `small models get one thread, larger ones every processor`() {
    #expect(ThreadChoice.threads(forWeightsOf: 14 << 20, processors: 8) == 1)
    #expect(ThreadChoice.threads(forWeightsOf: 4 << 30, processors: 8) == 8)
    #expect(ThreadChoice.threads(forWeightsOf: 4 << 30, processors: 0) == 1)
  }
}

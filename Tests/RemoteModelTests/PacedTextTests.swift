import Synchronization
import TestServers
import Testing

@testable import RemoteModel

@Suite(.timeLimit(.minutes(1))) struct PacedTextTests {
  private func told(_ pause: Duration, _ body: (PacedText) async throws -> Void) async throws -> [String] {
    let pieces = Mutex<[String]>([])
    let texts = PacedText(pause) { piece in pieces.withLock { $0.append(piece) } }
    try await body(texts)
    return pieces.withLock { $0 }
  }

  @Test func `the first text is told at once, what comes too soon with the next, and nothing is lost`() async throws {
    let pieces = try await told(.seconds(3_600)) { texts in
      for token in ["An", " irregular", " network"] { texts.take(token) }
      texts.end()
      texts.end()
    }
    #expect(pieces == ["An", " irregular network"])
    let slow = try await told(.milliseconds(2)) { texts in
      for token in ["a", "b", "c"] {
        texts.take(token)
        try await Task.sleep(for: .milliseconds(5))
      }
      texts.end()
    }
    #expect(slow == ["a", "b", "c"])
    #expect(try await told(.zero) { $0.end() } == [])
  }

  @Test func `as many images are at a server as it reads at once`() async throws {
    let server = try await EndpointMock.shared
    let model = try await RemoteVisionLanguageModel(Asked.configuration(server.endpoint("fine")), readings: 2)
    let crowd = Crowd()
    try await withThrowingTaskGroup(of: Void.self) { group in
      for _ in 0..<12 {
        group.addTask {
          try await model.inTurn {
            crowd.enter()
            try await Task.sleep(for: .milliseconds(2))
            crowd.leave()
          }
        }
      }
      try await group.waitForAll()
    }
    #expect(model.readings == 2 && crowd.most == 2)
  }

  /// How many do something at once.
  private final class Crowd: Sendable {
    private let counts = Mutex((now: 0, most: 0))
    var most: Int { counts.withLock { $0.most } }
    func enter() { counts.withLock { $0 = ($0.now + 1, max($0.most, $0.now + 1)) } }
    func leave() { counts.withLock { $0.now -= 1 } }
  }
}

import Dermoscopy
import Foundation
import Synchronization
import Testing

@testable import Web

/// Jobs, many of them and over time.
@Suite(.timeLimit(.minutes(10))) struct JobTests {
  /// Asked for by `make bench-web`, which has the process to itself.
  private static let isMeasured = ProcessInfo.processInfo.environment["DERMGEMMA_TEST_WEB_MEMORY"] != nil
  private let question = "{\"filename\": \"a b.png\"}"

  /// Counts those that are alive.
  private final class Witness: Sendable {
    static let alive = Mutex(0)
    init() { Self.alive.withLock { $0 += 1 } }
    deinit { Self.alive.withLock { $0 -= 1 } }
    func bytes() -> [UInt8] { [] }
  }

  @Test func `ten thousand jobs leave behind those that are kept, and nothing else`() async throws {
    let engine = try ScriptedEngine()
    let report = try await engine.examine(
      try TestServer.picture(), name: "a", truth: nil, seed: 0, log: ExaminationLog())
    var limits = ServerLimits()
    limits.queuedJobs = 10
    let ended = Mutex(0)
    let jobs = JobService(limits: limits, parallel: 2, onEnd: { _ in ended.withLock { $0 += 1 } }) { _, log in
      log.append(.finished(report))
      return .examination(report)
    }
    jobs.start()
    for number in 0..<10_000 {
      let witness = Witness()
      let input = Job.Input(name: "a", bytes: witness.bytes, truth: nil, seed: UInt64(number), client: "c")
      var job: Job?
      while job == nil {
        do { job = try jobs.submit(input) } catch { await Task.yield() }
      }
      if number % 10 == 0 { await job?.end() }
    }
    while jobs.depth != (0, 0) { await Task.yield() }
    #expect(ended.withLock { $0 } == 10_000)
    // Whoever has just read a job's last event may hold it for a moment yet.
    while Witness.alive.withLock({ $0 }) > limits.jobsKept { await Task.yield() }
    #expect(Witness.alive.withLock { $0 } == limits.jobsKept)
  }

  @Test func `a job that is over can be asked about for its time, and no longer`() async throws {
    try await TestServer.run(.init(change: { $0.limits.jobKeptSeconds = 1 })) { server async throws in
      let job = try await server.post("/api/analyze", json: question).member("job_id")
      while try await server.get("/api/status/\(job)").status == 200 { try await Task.sleep(for: .milliseconds(50)) }
      #expect(try await server.get("/api/status/\(job)").status == 404)
      #expect(try await server.get("/api/jobs/\(job)/events").status == 404)
      #expect(try await server.send("DELETE", "/api/jobs/\(job)", [:], []).status == 404)
    }
  }

  @Test func `with no room in the queue one is still read at once, and the next is refused`() async throws {
    try await TestServer.run(.init(answer: { _ in .hangs }, change: { $0.limits.queuedJobs = 0 })) {
      server async throws in
      let asynchronous = ["Prefer": "respond-async"]
      #expect(try await server.post("/api/analyze", json: question, asynchronous).status == 202)
      #expect(try await server.post("/api/analyze", json: question, asynchronous).status == 429)
    }
  }

  @Test(arguments: 0..<4) func `a server ends in order while requests go on coming`(_ round: Int) async throws {
    var clients: [Task<Int, Never>] = []
    try await TestServer.run(.init(change: { $0.limits.shutdownSeconds = 0.2 })) { server async throws in
      for _ in 0..<6 {
        clients.append(
          Task {
            var answers = 0
            // Both wait for something outside the connection's own thread: the database, and an examination.
            while (try? await server.get("/api/examinations").status) != nil {
              guard (try? await server.post("/api/analyze", json: question).status) != nil else { break }
              answers += 1
            }
            return answers
          })
      }
      try await Task.sleep(for: .milliseconds(300 + 50 * round))
    }
    var answers = 0
    for client in clients { answers += await client.value }
    #expect(answers > 0)
  }

  @Test(.enabled(if: isMeasured, "measured by make bench-web"))
  func `memory stays where it is over 10,000 jobs of an engine that answers at once`() async throws {
    try await TestServer.run(.init(change: { $0.limits.requestBurst = 1e6 }, remembers: false)) { server async throws in
      func resident() async throws -> Double {
        let line = try await server.get("/metrics").text.split(separator: "\n")
          .first { $0.hasPrefix("dermgemma_resident_memory_bytes ") }
        return try #require(line?.split(separator: " ").last.flatMap { Double($0) }) / 1e6
      }
      var figures: [Double] = []
      for _ in 0..<5 {
        for _ in 0..<2_000 { #expect(try await server.post("/api/analyze", json: question).status == 200) }
        figures.append(try await resident())
      }
      print(
        "memory after 2,000, 4,000 … 10,000 jobs:",
        figures.map { String(format: "%.1f MB", $0) }.joined(separator: ", "))
      #expect(figures[4] - figures[0] < 8)
    }
  }
}

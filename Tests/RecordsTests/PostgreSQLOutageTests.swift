import Foundation
import Synchronization
import TestRecords
import Testing

@testable import Records

/// Servers that stop, are killed and come back; each test has its own.
@Suite(.timeLimit(.minutes(10)), .enabled(if: PostgreSQLServer.isInstalled)) struct PostgreSQLOutageTests {
  /// What was acknowledged to all writers.
  private final class Log: Sendable {
    let acknowledged = Mutex<[Int: RecordID]>([:])
    let isOver = Atomic(false)
  }

  /// Keeps examinations with several writers while `act` disturbs the server; everything acknowledged must be there, once.
  private func disturb(
    _ server: PostgreSQLServer, until count: Int, _ act: @escaping @Sendable (PostgreSQLServer) async throws -> Void
  ) async throws {
    let location = try PostgreSQLLocation(try await server.createDatabase())
    let run = RecordFixtures.run()
    let stores = [
      try await PostgreSQLRecords(location, opening: .creating),
      try await PostgreSQLRecords(location, opening: .creating),
    ]
    try await stores[0].begin(run)
    let log = Log()
    try await withThrowingTaskGroup(of: Void.self) { group in
      for (part, store) in stores.enumerated() {
        group.addTask {
          var position = part
          while !log.isOver.load(ordering: .relaxed) || position < count {
            let examination = try RecordFixtures.examination(position, of: run)
            try await store.keep(examination)
            log.acknowledged.withLock { $0[position] = examination.id }
            position += stores.count
          }
        }
      }
      group.addTask {
        try await act(server)
        log.isOver.store(true, ordering: .relaxed)
      }
      try await group.waitForAll()
    }
    let known = log.acknowledged.withLock { $0 }
    let again = try await PostgreSQLRecords(location, opening: .existing)
    var found: [Int: RecordID] = [:]
    for try await examination in again.examinations(ofRun: run.id) { found[examination.position] = examination.id }
    #expect(found == known && known.count >= count)
    #expect(try await again.counts(matching: RecordQuery()).examinations == known.count)
    #expect(try await again.check().isEmpty)
    for store in stores { await store.close() }
  }

  @Test func `keeping goes on over a restart of the server, with nothing lost and nothing twice`() async throws {
    try await disturb(PostgreSQLServer(), until: 40) { server in
      for _ in 0..<2 {
        try await Task.sleep(for: .milliseconds(300))
        try await server.restart()
      }
    }
  }

  @Test func `what was acknowledged is there after the server was killed`() async throws {
    try await disturb(PostgreSQLServer(), until: 40) { server in
      for _ in 0..<3 {
        try await Task.sleep(for: .milliseconds(300))
        try await server.kill()
        try await server.recover()
      }
    }
  }

  @Test func `a server that stays away is waited for once, then each call says so at once`() async throws {
    let server = PostgreSQLServer()
    let location = try PostgreSQLLocation(try await server.createDatabase())
    let records = try await PostgreSQLRecords(location, opening: .creating, patience: .seconds(1))
    let run = RecordFixtures.run()
    try await records.begin(run)
    try await server.kill()
    let started = ContinuousClock.now
    let first = try RecordFixtures.examination(0, of: run)
    for _ in 0..<4 {
      await #expect {
        try await records.keep(first)
      } throws: {
        if case .unreachable(location.name, _) = $0 as? RecordFault { true } else { false }
      }
    }
    #expect(ContinuousClock.now - started < .seconds(8))
    try await server.recover()
    try await records.keep(first)
    #expect(try await records.examination(first.id) == first)
  }

  @Test func `two writers that keep the same position keep one of them`() async throws {
    let location = try await PostgreSQLServer.shared.createDatabase()
    let stores = [try await RecordStores.open(location), try await RecordStores.open(location)]
    let run = RecordFixtures.run()
    try await stores[0].begin(run)
    let kept = try await withThrowingTaskGroup(of: Int.self) { group in
      for position in 0..<25 {
        for store in stores {
          group.addTask {
            do {
              try await store.keep(RecordFixtures.examination(position, of: run))
              return 1
            } catch RecordFault.alreadyKept(run.id, position) {
              return 0
            }
          }
        }
      }
      return try await group.reduce(0, +)
    }
    #expect(kept == 25)
    #expect(try await stores[0].keptPositions(ofRun: run.id, failures: true) == [0...24])
    // Replacing, the last one stays, and nobody fails.
    try await withThrowingTaskGroup(of: Void.self) { group in
      for store in stores {
        for _ in 0..<10 {
          group.addTask { try await store.keep(RecordFixtures.examination(3, of: run), replacing: true) }
        }
      }
      try await group.waitForAll()
    }
    #expect(try await stores[1].counts(matching: RecordQuery()).examinations == 25)
  }
}

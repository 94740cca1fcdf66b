import Foundation
import TestRecords
import Testing

@testable import Records

@Suite(.timeLimit(.minutes(10))) struct RecordCopyTests {
  /// Every way between two kinds of database.
  private static let ways = TestedStore.all.flatMap { from in TestedStore.all.map { (from, $0) } }

  private func fill(_ store: any RecordStore) async throws -> [Run] {
    let runs = [RecordFixtures.run(), RecordFixtures.run(kind: "serve", weights: 0xEF)]
    for run in runs {
      try await store.begin(run)
      for position in 0..<5 {
        try await store.keep(RecordFixtures.examination(position * 2, of: run, name: "a\u{0}é", flags: [.empty]))
      }
      try await store.keep(RecordFixtures.failure(1, of: run, image: 7))
    }
    try await store.mark(run: runs[0].id, as: .finished, ended: Date(timeIntervalSince1970: 1_700_000_009))
    return runs
  }

  @Test(arguments: ways)
  func `everything is copied, once, and both have one digest`(_ from: TestedStore, _ to: TestedStore) async throws {
    let (source, target) = (try await from.open(), try await to.open())
    let runs = try await fill(source)
    let result = try await RecordCopy(of: source, into: target).run()
    #expect(result.runs == 2 && result.examinations == 12 && result.copied == 12 && result.digest.count == 64)
    for run in runs {
      #expect(try await target.run(run.id) == (try await source.run(run.id)))
      let all = try await source.examinations(ofRun: run.id, after: nil, limit: 99)
      #expect(try await target.examinations(ofRun: run.id, after: nil, limit: 99) == all)
    }
    #expect(try await target.runs(limit: 9, after: nil).elements.map(\.id) == runs.reversed().map(\.id))
    #expect(try await target.counts(matching: RecordQuery()) == (try await source.counts(matching: RecordQuery())))
    // Again: nothing is left to copy.
    let again = try await RecordCopy(of: source, into: target).run()
    #expect(again.copied == 0 && again.digest == result.digest)
    // And back, where everything is known.
    #expect(try await RecordCopy(of: target, into: source).run().copied == 0)
  }

  @Test(arguments: TestedStore.all)
  func `a copy that was stopped goes on, and what was retried meanwhile is replaced`(_ to: TestedStore) async throws {
    let (source, target) = (try await TestedStore.memory.open(), try await to.open())
    let runs = try await fill(source)
    // As far as the first copy came.
    try await target.begin(runs[0])
    for position in [0, 1] {
      let examination = try #require(try await source.examination(ofRun: runs[0].id, at: position))
      try await target.keep(examination)
    }
    let retried = try RecordFixtures.examination(1, of: runs[0])
    try await source.keep(retried, replacing: true)
    let result = try await RecordCopy(of: source, into: target).run()
    #expect(result.examinations == 12 && result.copied == 11)
    #expect(try await target.examination(ofRun: runs[0].id, at: 1) == retried)
    #expect(try await target.run(runs[0].id)?.state == .finished)
  }

  @Test func `a run that the other database knows otherwise is not touched`() async throws {
    let (source, target) = (try await TestedStore.memory.open(), try await TestedStore.sqlite.open())
    let run = try await fill(source)[0]
    var other = run
    other.provenance.engine = "another"
    try await target.begin(other)
    await #expect(throws: RecordFault.diverged(run: run.id, reason: "they were begun differently")) {
      _ = try await RecordCopy(of: source, into: target).run()
    }
    // Nor is one that has more than the first.
    let third = try await TestedStore.sqlite.open()
    try await third.begin(run)
    try await third.keep(RecordFixtures.examination(99, of: run))
    await #expect(throws: RecordFault.diverged(run: run.id, reason: "6 examinations here, 7 there")) {
      _ = try await RecordCopy(of: source, into: third).run()
    }
  }

  @Test(arguments: TestedStore.all)
  func `many are kept together, or none`(_ kind: TestedStore) async throws {
    let records = try await kind.open()
    let run = RecordFixtures.run()
    try await records.begin(run)
    try await records.keep((0..<9).map { try RecordFixtures.examination($0, of: run) })
    #expect(try await records.keptPositions(ofRun: run.id, failures: true) == [0...8])
    let more = try (9..<12).map { try RecordFixtures.examination($0, of: run) }
    let taken = try RecordFixtures.examination(4, of: run)
    await #expect(throws: RecordFault.alreadyKept(run: run.id, position: 4)) { try await records.keep(more + [taken]) }
    #expect(try await records.keptPositions(ofRun: run.id, failures: true) == [0...8])
  }

  @Test(.enabled(if: PostgreSQLServer.isInstalled))
  func `a backup of a server's database is a file with everything in it`() async throws {
    let records = try await TestedStore.postgresql.open()
    let run = try await fill(records)[0]
    let path = try RecordFixtures.path("copy.sqlite")
    try await records.backUp(to: path)
    let copy = try await RecordStores.open(path, opening: .existing)
    #expect(try await copy.counts(matching: RecordQuery()).examinations == 12)
    #expect(try await copy.run(run.id)?.state == .finished)
    #expect(try await copy.check().isEmpty)
    let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
    #expect(mode == 0o600)
  }
}

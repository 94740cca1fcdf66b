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
  func `runs of several files become one run, as they are, or nothing is copied`(_ to: TestedStore) async throws {
    let target = try await to.open()
    let own = RecordFixtures.run()
    try await target.begin(own)
    var sources: [RunSource] = []
    var expected: [StoredExamination] = []
    for part in 0..<3 {
      let path = try RecordFixtures.path()
      let store = try await RecordStores.open(path)
      // Beside another run, of which nothing is copied.
      let runs = try await fill(store)
      let run = RecordFixtures.run()
      try await store.begin(run)
      for place in 0..<4 {
        let position = place * 3 + part
        var one = RecordFixtures.failure(position, of: run, image: part)
        if place != 2 {
          one = try RecordFixtures.examination(
            position, of: run, name: "a\u{0}é", flags: place == 1 ? [.empty, .tooShort] : [], text: "ß\u{0}\n")
        }
        try await store.keep(one)
        one.run = own.id
        expected.append(one)
      }
      #expect(runs.count == 2)
      await store.close()
      sources.append(RunSource(run: run.id, store: path))
    }
    #expect(try await target.copy(sources, into: own.id) == [4, 4, 4])
    let found = try await target.examinations(ofRun: own.id, after: nil, limit: 99)
    #expect(found == expected.sorted { $0.position < $1.position })
    let counts = try await target.counts(matching: RecordQuery())
    #expect(counts.examinations == 12 && counts.failures == 3 && counts.flags == [.empty: 3, .tooShort: 3])
    #expect(try await target.check().isEmpty)
    // Their positions are taken now.
    await #expect(throws: RecordFault.self) { try await target.copy(sources, into: own.id) }
    await #expect(throws: RecordFault.unknownRun(RecordID("none") ?? own.id)) {
      try await target.copy(sources, into: RecordID("none") ?? own.id)
    }
    #expect(try await target.counts(matching: RecordQuery()).examinations == 12)
    #expect(try await target.copy([RunSource(run: own.id, store: sources[0].store)], into: own.id) == [0])
    await target.close()
  }

  @Test func `a copy that is cancelled copies nothing`() async throws {
    let (path, source) = (try RecordFixtures.path(), try RecordFixtures.path())
    let store = try await RecordStores.open(source)
    let runs = try await fill(store)
    await store.close()
    let target = try await RecordStores.open(path)
    let own = RecordFixtures.run()
    try await target.begin(own)
    let cancelled = Task {
      withUnsafeCurrentTask { $0?.cancel() }
      return try await target.copy([RunSource(run: runs[0].id, store: source)], into: own.id)
    }
    await #expect(throws: RecordFault.cancelled) { try await cancelled.value }
    #expect(try await target.counts(matching: RecordQuery()).examinations == 0)
    #expect(try await target.copy([RunSource(run: runs[0].id, store: source)], into: own.id) == [6])
    await target.close()
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

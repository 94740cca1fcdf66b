import Dermoscopy
import Foundation
import TestRecords
import Testing

@testable import Records

@Suite(.timeLimit(.minutes(10))) struct StoringTests {
  @Test(arguments: TestedStore.all) func `what was kept comes back as it was, in another connection too`(
    _ store: TestedStore
  ) async throws {
    let open = try store.create()
    let run = RecordFixtures.run()
    let first = try RecordFixtures.examination(0, of: run)
    let failure = RecordFixtures.failure(1, of: run)
    var unfinished = try RecordFixtures.examination(2, of: run)
    var report = try RecordFixtures.report()
    report.diagnosis = nil
    report.image.sha256 = ""
    unfinished.outcome = .report(report)
    unfinished.imageDigest = nil
    let records = try await open()
    try await records.begin(run)
    for examination in [first, failure, unfinished] { try await records.keep(examination) }
    await records.close()

    let again = try await open()
    #expect(try await again.run(run.id) == run)
    for examination in [first, failure, unfinished] {
      #expect(try await again.examination(examination.id) == examination)
      #expect(try await again.examination(ofRun: run.id, at: examination.position) == examination)
    }
    #expect(try await again.examination(RecordID()) == nil)
    #expect(try await again.examination(ofRun: run.id, at: 3) == nil)
    #expect(try await again.run(RecordID()) == nil)
    #expect(try await again.check().isEmpty)
  }

  @Test(
    arguments: TestedStore.all,
    [
      "", " ", "'; DROP TABLE runs; --", "a\u{0}b", "line\nbreak\r\u{2028}", "\u{1F600}é\u{301}", "=1+1",
      "\"quoted\", %_\\",
    ])
  func `text of any kind comes back as it was`(_ store: TestedStore, text: String) async throws {
    let records = try await store.open()
    var run = RecordFixtures.run(kind: text)
    run.command = [text, text]
    run.inputs = text
    run.provenance.machine = text
    let examination = try RecordFixtures.examination(0, of: run, name: text, text: text)
    try await records.begin(run)
    try await records.keep(examination)
    #expect(try await records.run(run.id) == run)
    #expect(try await records.examination(examination.id) == examination)
    #expect(try await records.examination(examination.id)?.report?.json() == examination.report?.json())
  }

  @Test(arguments: TestedStore.all) func `a position is kept once unless it is to be replaced`(_ store: TestedStore)
    async throws
  {
    let records = try await store.open()
    let run = RecordFixtures.run()
    try await records.begin(run)
    try await records.keep(RecordFixtures.failure(4, of: run))
    let second = try RecordFixtures.examination(4, of: run)
    await #expect(throws: RecordFault.alreadyKept(run: run.id, position: 4)) { try await records.keep(second) }
    try await records.keep(second, replacing: true)
    #expect(try await records.examination(ofRun: run.id, at: 4) == second)
    #expect(try await records.counts(matching: RecordQuery()).examinations == 1)
    // Its own id again, at its own position, may be replaced; at another it is a mistake.
    try await records.keep(second, replacing: true)
    var elsewhere = second
    elsewhere.position = 5
    await #expect { try await records.keep(elsewhere) } throws: { ($0 as? RecordFault)?.kind == .bug }
  }

  @Test(arguments: TestedStore.all) func `what would not come back is refused and changes nothing`(_ store: TestedStore)
    async throws
  {
    let records = try await store.open()
    let run = RecordFixtures.run()
    try await records.begin(run)
    let good = try RecordFixtures.examination(0, of: run)
    var bad: [StoredExamination] = []
    func add(_ change: (inout StoredExamination) -> Void) {
      var examination = good
      change(&examination)
      bad.append(examination)
    }
    add { $0.elapsed = .nan }
    add { $0.position = -1 }
    add { $0.details = "no object" }
    add { $0.details = "[1]" }
    add { $0.imageDigest = "ABC" }
    add { $0.imageDigest = String(repeating: "A", count: 64) }
    for examination in bad {
      await #expect { try await records.keep(examination) } throws: { ($0 as? RecordFault)?.kind == .bug }
    }
    var stranger = good
    stranger.run = RecordID()
    await #expect(throws: RecordFault.unknownRun(stranger.run)) { try await records.keep(stranger) }
    await #expect { try await records.begin(run) } throws: { ($0 as? RecordFault)?.kind == .bug }
    #expect(try await records.counts(matching: RecordQuery()).examinations == 0)
  }

  @Test(arguments: TestedStore.all) func `a run's state moves on`(_ store: TestedStore) async throws {
    let records = try await store.open()
    let run = RecordFixtures.run()
    try await records.begin(run)
    #expect(try await records.run(run.id)?.state == .running)
    let end = Date(timeIntervalSince1970: 1_700_000_100.5)
    try await records.mark(run: run.id, as: .interrupted, ended: end)
    #expect(try await records.run(run.id)?.state == .interrupted)
    #expect(try await records.run(run.id)?.ended == end)
    try await records.mark(run: run.id, as: .running)
    #expect(try await records.run(run.id)?.ended == nil)
    let unknown = RecordID()
    await #expect(throws: RecordFault.unknownRun(unknown)) { try await records.mark(run: unknown, as: .finished) }
  }

  @Test(arguments: TestedStore.all) func `the positions of a run that are taken are told as stretches`(
    _ store: TestedStore
  ) async throws {
    let records = try await store.open()
    let (run, other) = (RecordFixtures.run(), RecordFixtures.run())
    try await records.begin(run)
    try await records.begin(other)
    #expect(try await records.keptPositions(ofRun: run.id, failures: true) == [])
    for position in [0, 1, 2, 7, 9, 10] { try await records.keep(RecordFixtures.examination(position, of: run)) }
    try await records.keep(RecordFixtures.failure(8, of: run))
    try await records.keep(RecordFixtures.examination(3, of: other))
    #expect(try await records.keptPositions(ofRun: run.id, failures: true) == [0...2, 7...10])
    #expect(try await records.keptPositions(ofRun: run.id, failures: false) == [0...2, 7...7, 9...10])
  }

  @Test(arguments: TestedStore.all) func `a run is read in order, however it was kept and however long it is`(
    _ store: TestedStore
  ) async throws {
    let records = try await store.open()
    let run = RecordFixtures.run()
    try await records.begin(run)
    var numbers = FixedNumbers(state: 3)
    let count = ExaminationsOfRun.stride * 2 + 5
    for position in (0..<count).shuffled(using: &numbers) {
      try await records.keep(RecordFixtures.examination(position, of: run))
    }
    var positions: [Int] = []
    for try await examination in records.examinations(ofRun: run.id) { positions.append(examination.position) }
    #expect(positions == Array(0..<count))
    #expect(try await records.examinations(ofRun: run.id, after: 3, limit: 2).map(\.position) == [4, 5])
  }

  @Test(arguments: TestedStore.all) func `after closing every call says so`(_ store: TestedStore) async throws {
    let records = try await store.open()
    await records.close()
    await records.close()
    for call in [
      { try await records.begin(RecordFixtures.run()) }, { _ = try await records.run(RecordID()) },
      { _ = try await records.check() }, { try await records.backUp(to: try RecordFixtures.path("copy")) },
    ] as [@Sendable () async throws -> Void] {
      await #expect { try await call() } throws: { if case .closed = $0 as? RecordFault { true } else { false } }
    }
  }

  @Test func `ids are short plain words`() {
    #expect(RecordID("a-B_9") != nil && RecordID(RecordID().text) != nil)
    for bad in ["", "a b", "é", "a/b", String(repeating: "a", count: 65)] { #expect(RecordID(bad) == nil) }
  }
}

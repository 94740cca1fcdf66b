import Dermoscopy
import Foundation
import TestRecords
import Testing

@testable import Records

/// How SQLite searches: from indexes, and no longer than somebody waits for it.
@Suite(.timeLimit(.minutes(10))) struct SQLiteSearchTests {
  @Test(arguments: [
    ("agreement", "INDEX examinations_by_agreement (agrees=? AND rowid<?)"),
    ("agreement and code", "INDEX examinations_by_agreement_and_code (agrees=? AND code=? AND rowid<?)"),
    ("name", "COVERING INDEX examinations_by_name"),
  ])
  func `what the history filters by is answered from an index, newest first`(_ what: String, index: String) async throws
  {
    let path = try RecordFixtures.path()
    let records = try await SQLiteRecords(path: path)
    var query = RecordQuery()
    if what.hasPrefix("agreement") { query.agrees = false }
    if what.hasSuffix("code") { query.code = .melanoma }
    if what == "name" { query.imageName = "isic" }
    let (sql, values) = RecordQueries.search(query, before: nil, limit: 51, in: .sqlite)
    let plan = try Connection(path: path, wait: 1_000).rows("EXPLAIN QUERY PLAN \(sql)", values) {
      (row: Row) throws(RecordFault) in row.text(3) ?? ""
    }
    #expect(plan.contains { $0.contains(index) }, "\(plan)")
    #expect(!plan.contains { $0.contains("TEMP B-TREE") || $0 == "SCAN e" }, "\(plan)")
    await records.close()
  }

  @Test func `a search ends with the task that asked, while it waits and while it reads`() async throws {
    let path = try RecordFixtures.path()
    let records = try await SQLiteRecords(path: path)
    func search() -> Task<Void, any Error> {
      Task { _ = try await records.examinations(matching: RecordQuery(), limit: 1, after: nil) }
    }
    // While it waits: the connections are held until everything else has been looked at.
    let hold = DispatchSemaphore(value: 0)
    async let first: Void = records.reader.run { (_: Connection) throws(RecordFault) in hold.wait() }
    async let second: Void = records.reader.run { (_: Connection) throws(RecordFault) in hold.wait() }
    let waiting = search()
    waiting.cancel()
    hold.signal()
    hold.signal()
    await #expect(throws: RecordFault.cancelled) { try await waiting.value }
    _ = try await (first, second)
    // While it reads: a statement that would not end by itself.
    let endless = Task {
      try await records.reader.runUntilCancelled { (connection: Connection) throws(RecordFault) in
        try connection.number("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT sum(i) FROM n")
      }
    }
    try await Task.sleep(for: .milliseconds(20))
    endless.cancel()
    await #expect(throws: RecordFault.cancelled) { try await endless.value }
    // The connections go on.
    for _ in 0..<2 { try await search().value }
  }
}

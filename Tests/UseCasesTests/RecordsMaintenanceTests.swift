import Records
import Synchronization
import TestRecords
import Testing

@testable import UseCases

@Suite struct RecordsMaintenanceTests {
  /// A database with a run of three examinations.
  private func database() async throws -> (path: String, run: Run, ids: [RecordID]) {
    let path = try RecordFixtures.path()
    let store = try await RecordStores.open(path)
    let recorder = try await RunRecorder.begin(RecordFixtures.run(), in: store)
    var ids: [RecordID] = []
    for name in ["a", "b", "c"] { ids.append(try await recorder.keep(try RecordFixtures.report(name: name))) }
    try await recorder.end(.finished)
    await store.close()
    return (path, recorder.run, ids)
  }

  @Test func `lists end where they should, and say whether there is more`() async throws {
    let path = try await database().path
    try await RecordsMaintenance.open(path) { records in
      for (limit, count, hasMore) in [(2, 2, true), (3, 3, false), (9, 3, false)] {
        var names: [String] = []
        let end = try await records.list(matching: RecordQuery(), limit: limit) { names.append($0.imageName) }
        #expect(end == .init(count: count, hasMore: hasMore))
        #expect(names == Array(["c", "b", "a"].prefix(limit)))
      }
      var counts: [Int] = []
      let end = try await records.runs(limit: 5) { counts.append($1.examinations) }
      #expect(end == .init(count: 1, hasMore: false) && counts == [3])
    }
  }

  @Test func `a table has a header, lines of JSON have none`() async throws {
    let path = try await database().path
    try await RecordsMaintenance.open(path) { records in
      var (table, lines): ([String], [String]) = ([], [])
      try await records.export(matching: RecordQuery(), limit: .max, as: .table) { table.append($0) }
      try await records.export(matching: RecordQuery(), limit: 2, as: .jsonLines) { lines.append($0) }
      #expect(table.count == 4 && table[0].hasPrefix("id,run,position"))
      #expect(lines.count == 2 && lines.allSatisfy { $0.hasPrefix("{\"id\":") })
    }
  }

  @Test func `one unknown id, and nothing is deleted`() async throws {
    let (path, run, ids) = try await database()
    try await RecordsMaintenance.open(path) { records in
      let stranger = RecordID()
      await #expect(throws: UnknownRecord(id: stranger)) { try await records.delete([ids[0], stranger]) }
      #expect(try await records.examination(ids[0]).imageName == "a")
      #expect(try await records.delete([ids[0]]) == 1)
      await #expect(throws: UnknownRecord(id: ids[0])) { try await records.examination(ids[0]) }
      #expect(try await records.delete([run.id]) == 2)
      let check = try await records.check()
      #expect(check.faults.isEmpty && check.counts?.examinations == 0)
    }
  }

  @Test func `a database is closed whatever happens, and none is made`() async throws {
    struct Stop: Error {}
    let path = try await database().path
    let held = Mutex<(any RecordStore)?>(nil)
    await #expect(throws: Stop.self) {
      try await RecordsMaintenance.open(path) { records in
        held.withLock { $0 = records.store }
        throw Stop()
      }
    }
    let store = try #require(held.withLock { $0 })
    await #expect(throws: RecordFault.closed(store: path)) { try await store.check() }
    let none = try RecordFixtures.path("none.sqlite")
    await #expect(throws: RecordFault.missing(store: none)) { try await RecordsMaintenance.open(none) { _ in } }
  }
}

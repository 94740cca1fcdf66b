import Dermoscopy
import Foundation
import TestRecords
import Testing

@testable import Records

@Suite(.timeLimit(.minutes(10))) struct FileTests {
  @Test func `a file that is no database is refused and left as it is`() async throws {
    let path = try RecordFixtures.path()
    let text = Data(String(repeating: "This is a letter. ", count: 100).utf8)
    try text.write(to: URL(fileURLWithPath: path))
    await #expect(throws: RecordFault.unusable(store: path, reason: "it is not an SQLite database")) {
      _ = try await SQLiteRecords(path: path)
    }
    #expect(FileManager.default.contents(atPath: path) == text)
  }

  @Test func `somebody else's database is refused and left as it is`() async throws {
    let path = try RecordFixtures.path()
    #expect(FileManager.default.createFile(atPath: path, contents: nil))
    let stranger = try Connection(path: path, wait: 0)
    try stranger.script("CREATE TABLE letters (text TEXT); INSERT INTO letters VALUES ('dear')")
    let before = FileManager.default.contents(atPath: path)
    await #expect(throws: RecordFault.unusable(store: path, reason: "it belongs to another program")) {
      _ = try await SQLiteRecords(path: path)
    }
    #expect(FileManager.default.contents(atPath: path) == before)
  }

  @Test func `a folder, a missing file and a folder that cannot be made are told apart`() async throws {
    let path = try RecordFixtures.path()
    let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
    await #expect(throws: RecordFault.unusable(store: folder, reason: "it is not a file")) {
      _ = try await SQLiteRecords(path: folder)
    }
    await #expect(throws: RecordFault.missing(store: path)) {
      _ = try await SQLiteRecords(path: path, opening: .existing)
    }
    #expect(!FileManager.default.fileExists(atPath: path))
    await #expect { _ = try await SQLiteRecords(path: "/proc/none/records.sqlite") } throws: {
      ($0 as? RecordFault)?.kind == .unwritableOutput
    }
  }

  @Test func `a new file, with its folders, is for its owner's eyes only`() async throws {
    let path = try RecordFixtures.path("new/deeper/records.sqlite")
    let records = try await SQLiteRecords(path: path)
    try await records.begin(RecordFixtures.run())
    for suffix in ["", "-wal"] {
      let mode = try FileManager.default.attributesOfItem(atPath: path + suffix)[.posixPermissions] as? Int
      #expect(mode == 0o600)
    }
  }

  @Test func `a locked database is waited for, then refused`() async throws {
    let path = try RecordFixtures.path()
    let records = try await SQLiteRecords(path: path, busyTimeout: .milliseconds(50))
    let locker = try Connection(path: path, wait: 0)
    try locker.run("BEGIN IMMEDIATE")
    let run = RecordFixtures.run()
    await #expect(throws: RecordFault.busy(store: path)) { try await records.begin(run) }
    #expect(try await records.run(run.id) == nil)  // Reading goes on.
    try locker.run("COMMIT")
    try await records.begin(run)
    #expect(try await records.run(run.id) == run)
  }

  @Test func `a full disk stops keeping with everything so far intact`() async throws {
    let path = try RecordFixtures.path()
    let records = try await SQLiteRecords(
      path: path, opening: .creating, busyTimeout: .seconds(1), migrations: Schema.migrations, pages: 60)
    let run = RecordFixtures.run()
    try await records.begin(run)
    var kept: [StoredExamination] = []
    var fault: RecordFault?
    for position in 0..<1_000 where fault == nil {
      let examination = try RecordFixtures.examination(position, of: run)
      do throws(RecordFault) {
        try await records.keep(examination)
        kept.append(examination)
      } catch {
        fault = error
      }
    }
    #expect(fault == .full(store: path) && fault?.kind == .unwritableOutput)
    #expect(kept.count > 3)
    await records.close()
    let again = try await SQLiteRecords(path: path, opening: .existing)
    var found: [StoredExamination] = []
    for try await examination in again.examinations(ofRun: run.id) { found.append(examination) }
    #expect(found == kept)
    #expect(try await again.check().isEmpty)
  }

  @Test func `damage is found`() async throws {
    let path = try RecordFixtures.path()
    let run = RecordFixtures.run()
    let records = try await SQLiteRecords(path: path)
    try await records.begin(run)
    for position in 0..<40 { try await records.keep(RecordFixtures.examination(position, of: run)) }
    #expect(try await records.check().isEmpty)
    let other = try Connection(path: path, wait: 1_000)
    try other.run("UPDATE examinations SET body = '{}' WHERE position = 7")
    try other.run("PRAGMA foreign_keys = OFF")
    try other.run("INSERT INTO flags VALUES (9999, 'empty')")
    let faults = try await records.check()
    #expect(faults.count == 2)
    #expect(faults.contains { $0.contains("examination 8") } && faults.contains { $0.contains("flags") })
    await #expect { try await records.examination(ofRun: run.id, at: 7) } throws: { fault in
      if case .damaged = fault as? RecordFault { true } else { false }
    }
    #expect(try await records.examination(ofRun: run.id, at: 8) != nil)
  }

  @Test func `after closing every call says so`() async throws {
    let path = try RecordFixtures.path()
    let records = try await SQLiteRecords(path: path)
    await records.close()
    await records.close()
    await #expect(throws: RecordFault.closed(store: path)) { try await records.begin(RecordFixtures.run()) }
    await #expect(throws: RecordFault.closed(store: path)) { try await records.run(RecordID()) }
    await #expect(throws: RecordFault.closed(store: path)) { try await records.backUp(to: path + "-copy") }
    // The log is written back and goes with the last connection.
    #expect(!FileManager.default.fileExists(atPath: path + "-wal"))
  }
}

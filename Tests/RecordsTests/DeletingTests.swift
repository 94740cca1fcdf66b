import Dermoscopy
import Foundation
import TestRecords
import Testing

@testable import Records

@Suite(.timeLimit(.minutes(10))) struct DeletingTests {
  /// Whether some text is anywhere in the database's files.
  private func isInFiles(_ text: String, of path: String) throws -> Bool {
    let folder = URL(fileURLWithPath: path).deletingLastPathComponent()
    for name in try FileManager.default.contentsOfDirectory(atPath: folder.path) {
      if try Data(contentsOf: folder.appendingPathComponent(name)).range(of: Data(text.utf8)) != nil { return true }
    }
    return false
  }

  @Test func `what is deleted is in no file any more`() async throws {
    let path = try RecordFixtures.path()
    let records = try await SQLiteRecords(path: path)
    let run = RecordFixtures.run()
    try await records.begin(run)
    var numbers = FixedNumbers(state: 8)
    var marks: [(id: RecordID, mark: String)] = []
    // Rows of many sizes, so that pages are split and balanced in many ways.
    for position in 0..<120 {
      let mark = "mark-\(String(numbers.next(), radix: 36))-\(position)"
      let filling = String(repeating: "word ", count: Int.random(in: 0...900, using: &numbers))
      let examination = try RecordFixtures.examination(
        position, of: run, name: mark, image: position, text: filling + mark + filling)
      try await records.keep(examination)
      marks.append((examination.id, mark))
    }
    marks.shuffle(using: &numbers)
    let (gone, staying) = (marks.prefix(60), marks.suffix(60))
    #expect(try gone.allSatisfy { try isInFiles($0.mark, of: path) })
    #expect(try await records.delete(examinations: gone.map(\.id)) == 60)
    for (id, mark) in gone {
      #expect(try !isInFiles(mark, of: path))
      #expect(try !isInFiles(id.text, of: path))
      #expect(try await records.examination(id) == nil)
    }
    for (id, mark) in staying {
      #expect(try await records.examination(id)?.imageName == mark)
    }
    #expect(try await records.check().isEmpty)
  }

  @Test func `many deletions at once write the file anew once or twice, and leave nothing behind`() async throws {
    let path = try RecordFixtures.path()
    let records = try await SQLiteRecords(path: path)
    let run = RecordFixtures.run()
    try await records.begin(run)
    let kept = try (0..<40).map { try RecordFixtures.examination($0, of: run, name: "mark-\($0)-gone.png") }
    for examination in kept { try await records.keep(examination) }
    // While the first of them holds the connection the others are waiting already.
    let (isHeld, hold) = (DispatchSemaphore(value: 0), DispatchSemaphore(value: 0))
    async let holding: Void = records.writer.run { (_: Connection) throws(RecordFault) in
      isHeld.signal()
      hold.wait()
    }
    let deleted = try await withThrowingTaskGroup(of: Int.self) { group in
      for examination in kept.prefix(30) {
        group.addTask { try await records.delete(examinations: [examination.id]) }
      }
      while records.writer.waiting < 31 { try await Task.sleep(for: .milliseconds(1)) }
      hold.signal()
      return try await group.reduce(0, +)
    }
    try await holding
    #expect(deleted == 30)
    #expect(records.rewrites.load(ordering: .relaxed) == 1)
    for position in 0..<30 { #expect(try !isInFiles("mark-\(position)-gone", of: path)) }
    #expect(try await records.delete(examinations: kept.suffix(10).map(\.id)) == 10)
    #expect(records.rewrites.load(ordering: .relaxed) == 2)
    #expect(try !isInFiles("-gone.png", of: path))
  }

  @Test func `runs and examinations go in one rewriting`() async throws {
    let records = try await SQLiteRecords(path: try RecordFixtures.path())
    let runs = (0..<3).map { _ in RecordFixtures.run() }
    var single: RecordID?
    for run in runs {
      try await records.begin(run)
      for position in 0..<2 {
        let examination = try RecordFixtures.examination(position, of: run)
        try await records.keep(examination)
        single = examination.id
      }
    }
    let last = try #require(single)
    #expect(
      try await records.delete(examinations: [last], runs: [runs[0].id, runs[1].id, runs[0].id, RecordID()]) == 5)
    #expect(records.rewrites.load(ordering: .relaxed) == 1)
    #expect(try await records.counts(matching: RecordQuery()).examinations == 1)
    // Nothing was deleted, nothing is written anew.
    #expect(try await records.delete(examinations: [last], runs: [runs[0].id]) == 0)
    #expect(records.rewrites.load(ordering: .relaxed) == 1)
  }

  @Test func `what another process deletes while the file is written anew is not taken for overwritten`() async throws {
    let path = try RecordFixtures.path()
    let records = try await SQLiteRecords(path: path)
    let run = RecordFixtures.run()
    try await records.begin(run)
    let kept = try (0..<2).map { try RecordFixtures.examination($0, of: run) }
    for examination in kept { try await records.keep(examination) }
    let other = try Connection(path: path, wait: 5_000)
    // As another process would after it has deleted and before it could overwrite.
    try other.run("INSERT INTO erasures VALUES (77)")
    #expect(try await records.delete(examinations: [kept[0].id]) == 1)
    #expect(try other.number("SELECT count(*) FROM erasures") == 0)
    try other.run("INSERT INTO erasures VALUES (78)")
    #expect(try await records.delete(examinations: []) == 0)
    #expect(records.rewrites.load(ordering: .relaxed) == 2)
  }

  @Test func `deleting a run takes all that belongs to it and nothing else`() async throws {
    let path = try RecordFixtures.path()
    let records = try await SQLiteRecords(path: path)
    let (run, other) = (RecordFixtures.run(kind: "unique-kind-of-run"), RecordFixtures.run())
    try await records.begin(run)
    try await records.begin(other)
    for position in 0..<5 {
      try await records.keep(RecordFixtures.examination(position, of: run, flags: [.empty]))
      try await records.keep(RecordFixtures.examination(position, of: other))
    }
    #expect(try await records.delete(examinations: [], runs: [run.id]) == 5)
    #expect(try await records.delete(examinations: [], runs: [run.id]) == 0)
    #expect(try await records.run(run.id) == nil)
    #expect(try await records.counts(matching: RecordQuery()).examinations == 5)
    #expect(try await records.counts(matching: RecordQuery()).flags.isEmpty)
    #expect(try !isInFiles("unique-kind-of-run", of: path))
  }

  @Test func `a reader that stands in the way is told, and the next deletion makes up for it`() async throws {
    let path = try RecordFixtures.path()
    let records = try await SQLiteRecords(path: path, busyTimeout: .milliseconds(50))
    let run = RecordFixtures.run()
    try await records.begin(run)
    let examination = try RecordFixtures.examination(0, of: run, name: "lingering-mark.png")
    try await records.keep(examination)
    let reader = try Connection(path: path, wait: 0)
    try reader.run("BEGIN")
    _ = try reader.number("SELECT count(*) FROM examinations")
    await #expect { try await records.delete(examinations: [examination.id]) } throws: { fault in
      if case .lingering = fault as? RecordFault { true } else { false }
    }
    #expect(try await records.examination(examination.id) == nil)
    #expect(try isInFiles("lingering-mark", of: path))
    try reader.run("COMMIT")
    #expect(try await records.delete(examinations: []) == 0)
    #expect(try !isInFiles("lingering-mark", of: path))
  }
}

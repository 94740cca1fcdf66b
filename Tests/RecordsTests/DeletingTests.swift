import Dermoscopy
import Foundation
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

  @Test func `what is deleted is in no file any more, its image neither`() async throws {
    let path = try Specimens.path()
    let records = try await SQLiteRecords(path: path)
    let run = Specimens.run()
    try await records.begin(run)
    var numbers = FixedNumbers(state: 8)
    var marks: [(id: RecordID, mark: String)] = []
    // Rows of many sizes, so that pages are split and balanced in many ways.
    for position in 0..<120 {
      let mark = "mark-\(String(numbers.next(), radix: 36))-\(position)"
      let filling = String(repeating: "word ", count: Int.random(in: 0...900, using: &numbers))
      let examination = try Specimens.examination(
        position, of: run, name: mark, image: position, text: filling + mark + filling)
      let image = KeptImage(
        digest: Specimens.digest(position), role: .original, mediaType: "image/png",
        bytes: Array((filling + mark + "-pixels").utf8))
      try await records.keep(examination, images: [image])
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
      let kept = try await records.examination(id)
      #expect(kept?.imageName == mark)
      #expect(try await records.image(digest: kept?.imageDigest ?? "", role: .original) != nil)
    }
    #expect(try await records.check().isEmpty)
  }

  @Test func `an image goes with the last examination that shares it`() async throws {
    let records = try await SQLiteRecords(path: try Specimens.path())
    let (run, other) = (Specimens.run(), Specimens.run())
    try await records.begin(run)
    try await records.begin(other)
    let digest = Specimens.digest(5)
    func image(_ role: KeptImage.Role, _ bytes: [UInt8]) -> KeptImage {
      KeptImage(digest: digest, role: role, mediaType: "image/png", bytes: bytes)
    }
    let first = try Specimens.examination(0, of: run, image: 5)
    try await records.keep(first, images: [image(.original, [1, 0, 255]), image(.thumbnail, [])])
    try await records.keep(Specimens.examination(0, of: other, image: 5), images: [image(.original, [9])])
    #expect(try await records.image(digest: digest, role: .original) == image(.original, [1, 0, 255]))
    #expect(try await records.image(digest: digest, role: .thumbnail) == image(.thumbnail, []))
    #expect(try await records.delete(examinations: [first.id, first.id, RecordID()]) == 1)
    #expect(try await records.image(digest: digest, role: .original) != nil)
    #expect(try await records.delete(run: other.id) == 1)
    for role in KeptImage.Role.allCases { #expect(try await records.image(digest: digest, role: role) == nil) }
  }

  @Test func `an image that belongs to another examination is refused`() async throws {
    let records = try await SQLiteRecords(path: try Specimens.path())
    let run = Specimens.run()
    try await records.begin(run)
    let image = KeptImage(digest: Specimens.digest(9), role: .original, mediaType: "image/png", bytes: [1])
    let examination = try Specimens.examination(0, of: run)
    await #expect { try await records.keep(examination, images: [image]) } throws: {
      ($0 as? RecordFault)?.kind == .bug
    }
  }

  @Test func `deleting a run takes all that belongs to it and nothing else`() async throws {
    let path = try Specimens.path()
    let records = try await SQLiteRecords(path: path)
    let (run, other) = (Specimens.run(kind: "unique-kind-of-run"), Specimens.run())
    try await records.begin(run)
    try await records.begin(other)
    for position in 0..<5 {
      try await records.keep(Specimens.examination(position, of: run, flags: [.empty]))
      try await records.keep(Specimens.examination(position, of: other))
    }
    #expect(try await records.delete(run: run.id) == 5)
    #expect(try await records.delete(run: run.id) == nil)
    #expect(try await records.run(run.id) == nil)
    #expect(try await records.counts(matching: RecordQuery()).examinations == 5)
    #expect(try await records.counts(matching: RecordQuery()).flags.isEmpty)
    #expect(try !isInFiles("unique-kind-of-run", of: path))
  }

  @Test func `a reader that stands in the way is told, and the next deletion makes up for it`() async throws {
    let path = try Specimens.path()
    let records = try await SQLiteRecords(path: path, patience: .milliseconds(50))
    let run = Specimens.run()
    try await records.begin(run)
    let examination = try Specimens.examination(0, of: run, name: "lingering-mark.png")
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

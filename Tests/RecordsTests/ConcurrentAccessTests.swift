import Dermoscopy
import Foundation
import TestRecords
import Testing

@testable import Records

@Suite(.timeLimit(.minutes(10))) struct ConcurrentAccessTests {
  @Test(arguments: TestedStore.all)
  func `two writers on one database and readers beside them lose nothing`(_ store: TestedStore) async throws {
    let open = try store.create()
    let (first, second) = (try await open(), try await open())
    let runs = [RecordFixtures.run(), RecordFixtures.run()]
    try await withThrowingTaskGroup(of: Void.self) { group in
      for (records, run) in zip([first, second], runs) {
        group.addTask {
          try await records.begin(run)
          for position in 0..<40 { try await records.keep(RecordFixtures.examination(position, of: run)) }
        }
        for _ in 0..<3 {
          group.addTask {
            for _ in 0..<20 {
              let counts = try await records.counts(matching: RecordQuery())
              #expect(counts.clean == counts.examinations && counts.codes[.nevus, default: 0] == counts.examinations)
              _ = try await records.examinations(matching: RecordQuery(), limit: 5, after: nil)
            }
          }
        }
      }
      try await group.waitForAll()
    }
    for run in runs { #expect(try await first.keptPositions(ofRun: run.id, failures: false) == [0...39]) }
    #expect(try await second.check().isEmpty)
  }

  @Test(arguments: 0..<8) func `many open a new file at once`(_ round: Int) async throws {
    let path = try RecordFixtures.path()
    try await withThrowingTaskGroup(of: Void.self) { group in
      for _ in 0..<6 {
        group.addTask {
          let records = try await SQLiteRecords(path: path)
          try await records.begin(RecordFixtures.run())
          await records.close()
        }
      }
      try await group.waitForAll()
    }
    let records = try await SQLiteRecords(path: path, opening: .existing)
    #expect(try await records.runs(limit: 10, after: nil).elements.count == 6)
  }

  @Test func `a backup is whole and of one moment while others keep`() async throws {
    let path = try RecordFixtures.path()
    let records = try await SQLiteRecords(path: path)
    let run = RecordFixtures.run()
    try await records.begin(run)
    for position in 0..<30 { try await records.keep(RecordFixtures.examination(position, of: run)) }
    async let keeping: Void = {
      for position in 30..<80 { try await records.keep(RecordFixtures.examination(position, of: run)) }
    }()
    let copy = path + "-copy"
    try await records.backUp(to: copy)
    try await keeping
    let backup = try await SQLiteRecords(path: copy, opening: .existing)
    let positions = try await backup.keptPositions(ofRun: run.id, failures: true)
    #expect(positions.count == 1 && positions.first?.lowerBound == 0 && (positions.first?.upperBound ?? 0) >= 29)
    #expect(try await backup.check().isEmpty)
    #expect(try await backup.run(run.id) == run)
    await backup.close()
    // Again, over the old one.
    try await records.backUp(to: copy)
    let later = try await SQLiteRecords(path: copy, opening: .existing)
    #expect(try await later.keptPositions(ofRun: run.id, failures: true) == [0...79])
    await later.close()
    let names = try FileManager.default.contentsOfDirectory(
      atPath: URL(fileURLWithPath: path).deletingLastPathComponent().path)
    #expect(!names.contains { $0.contains("part") })
  }

  @Test func `a backup never takes the place of the database, a folder or what cannot be written`() async throws {
    let path = try RecordFixtures.path()
    let records = try await SQLiteRecords(path: path)
    let run = RecordFixtures.run()
    try await records.begin(run)
    let link = path + "-link"
    try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: path)
    let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
    for bad in [path, link, folder, folder + "/none/copy", "/proc/copy"] {
      await #expect { try await records.backUp(to: bad) } throws: { ($0 as? RecordFault)?.kind == .unwritableOutput }
    }
    #expect(try await records.run(run.id) == run)
  }
}

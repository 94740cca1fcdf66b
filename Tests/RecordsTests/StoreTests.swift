import Dermoscopy
import Foundation
import TestRecords
import Testing

@testable import Records

/// What no other suite asks of every store.
@Suite(.timeLimit(.minutes(10))) struct StoreTests {
  @Test(arguments: TestedStore.all)
  func `runs and examinations are deleted with all that belongs to them, and nothing else`(
    _ store: TestedStore
  ) async throws {
    let records = try await store.open()
    let runs = (0..<3).map { _ in RecordFixtures.run() }
    var last: RecordID?
    for run in runs {
      try await records.begin(run)
      for position in 0..<2 {
        let examination = try RecordFixtures.examination(position, of: run, flags: [.empty])
        try await records.keep(examination)
        last = examination.id
      }
    }
    let single = try #require(last)
    #expect(try await records.delete(examinations: [single, single, RecordID()], runs: [runs[0].id, RecordID()]) == 3)
    #expect(try await records.run(runs[0].id) == nil)
    #expect(try await records.examination(single) == nil)
    #expect(try await records.counts(matching: RecordQuery()).flags == [.empty: 3])
    #expect(try await records.delete(examinations: [single], runs: [runs[0].id]) == 0)
    // A position that was freed may be taken again.
    try await records.keep(RecordFixtures.examination(1, of: runs[2]))
  }

  @Test(arguments: TestedStore.all)
  func `a search ends with the task that asked`(_ store: TestedStore) async throws {
    let records = try await store.open()
    let asking = Task {
      withUnsafeCurrentTask { $0?.cancel() }
      _ = try await records.examinations(matching: RecordQuery(), limit: 1, after: nil)
    }
    await #expect(throws: RecordFault.cancelled) { try await asking.value }
  }

  @Test(arguments: TestedStore.all)
  func `a backup goes into a file, or says why it cannot`(_ store: TestedStore) async throws {
    let records = try await store.open()
    let path = try RecordFixtures.path("copy")
    try await records.backUp(to: path)
    #expect(FileManager.default.fileExists(atPath: path))
    await #expect { try await records.backUp(to: "/proc/none/copy") } throws: {
      ($0 as? RecordFault)?.kind == .unwritableOutput
    }
  }

  /// The store in memory filters in Swift, the databases by their indexes: they must find the same.
  @Test(arguments: [1, 2, 3] as [UInt64])
  func `all stores answer any search alike`(seed: UInt64) async throws {
    var numbers = FixedNumbers(state: seed)
    var stores = [try await TestedStore.memory.open()]
    for kind in TestedStore.all where kind.description != TestedStore.memory.description {
      stores.append(try await kind.open())
    }
    let runs = [RecordFixtures.run(), RecordFixtures.run(kind: "serve", weights: 0xEF)]
    for store in stores { for run in runs { try await store.begin(run) } }
    let words = ["Blue veil", "blue", "100%", "It's \u{C9}", ""]
    func word() -> String { words.randomElement(using: &numbers) ?? "" }
    func day() -> Date { Date(timeIntervalSince1970: Double(Int.random(in: 0..<5, using: &numbers)) * 86_400) }
    for position in 0..<40 {
      let run = runs[position % 2]
      let examination =
        try Int.random(in: 0..<5, using: &numbers) == 0
        ? RecordFixtures.failure(position, of: run, image: position % 3)
        : RecordFixtures.examination(
          position, of: run, name: word(), image: position % 7, code: Bool.random(using: &numbers) ? .nevus : .melanoma,
          flags: Bool.random(using: &numbers) ? [.empty] : [], text: word(), finished: day())
      for store in stores { try await store.keep(examination) }
    }
    for _ in 0..<200 {
      func maybe<Value>(_ value: () -> Value) -> Value? { Int.random(in: 0..<4, using: &numbers) == 0 ? value() : nil }
      var query = RecordQuery()
      query.imageName = maybe { word() }
      query.imageDigest = maybe { String(RecordFixtures.digest(Int.random(in: 0..<7, using: &numbers)).prefix(64)) }
      query.code = maybe { Bool.random(using: &numbers) ? .nevus : .melanoma }
      query.agrees = maybe { Bool.random(using: &numbers) }
      query.flag = maybe { .empty }
      query.isClean = maybe { Bool.random(using: &numbers) }
      query.isFailure = maybe { Bool.random(using: &numbers) }
      query.readingProtocol = maybe { Bool.random(using: &numbers) ? "seed" : "000" }
      query.weights = maybe { RecordFixtures.digest(0xEF) }
      query.run = maybe { runs[Int.random(in: 0..<2, using: &numbers)].id }
      query.from = maybe { day() }
      query.to = maybe { day() }
      query.text = maybe { word() }
      var found: [[RecordID]] = []
      for store in stores {
        found.append(try await store.examinations(matching: query, limit: 100, after: nil).elements.map(\.id))
      }
      let counts = try await stores[0].counts(matching: query)
      for (store, ids) in zip(stores, found).dropFirst() {
        #expect(ids == found[0], "\(query)")
        #expect(try await store.counts(matching: query) == counts, "\(query)")
      }
    }
  }
}

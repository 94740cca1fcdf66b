import Dermoscopy
import Foundation
import TestRecords
import Testing

@testable import Records

@Suite(.timeLimit(.minutes(10))) struct SearchingTests {
  private func names(
    _ records: any RecordStore, _ change: (inout RecordQuery) -> Void
  ) async throws -> [String] {
    var query = RecordQuery()
    change(&query)
    let page = try await records.examinations(matching: query, limit: 100, after: nil)
    #expect(try await records.counts(matching: query).examinations == page.elements.count)
    return page.elements.map(\.imageName)
  }

  @Test(arguments: TestedStore.all) func `every condition finds what it should and nothing else`(_ store: TestedStore)
    async throws
  {
    let records = try await store.open()
    let (run, other) = (RecordFixtures.run(), RecordFixtures.run(kind: "serve", weights: 0xEF))
    try await records.begin(run)
    try await records.begin(other)
    func day(_ number: Int) -> Date { Date(timeIntervalSince1970: Double(number) * 86_400) }
    try await records.keep(
      RecordFixtures.examination(0, of: run, name: "Alpha.PNG", image: 0xA1, code: .melanoma, finished: day(1)))
    try await records.keep(
      RecordFixtures.examination(
        1, of: run, name: "beta_100%.png", image: 0xB2, flags: [.empty, .tooShort], text: "Blue veil.", finished: day(2)
      ))
    try await records.keep(
      RecordFixtures.examination(0, of: other, name: "alpha.png", image: 0xA1, text: "It's 'quoted'", finished: day(3)))
    try await records.keep(RecordFixtures.failure(1, of: other, image: 0xC3))

    #expect(try await names(records) { _ in } == ["broken.jpg", "alpha.png", "beta_100%.png", "Alpha.PNG"])
    #expect(try await names(records) { $0.imageName = "ALPHA" } == ["alpha.png", "Alpha.PNG"])
    #expect(try await names(records) { $0.imageName = "%" } == ["beta_100%.png"])
    #expect(try await names(records) { $0.imageDigest = RecordFixtures.digest(0xA1) } == ["alpha.png", "Alpha.PNG"])
    #expect(try await names(records) { $0.imageDigest = String(repeating: "0", count: 10) }.count == 4)
    #expect(try await names(records) { $0.imageDigest = "1" } == [])
    #expect(try await names(records) { $0.code = .melanoma } == ["Alpha.PNG"])
    #expect(try await names(records) { $0.agrees = true } == ["Alpha.PNG"])
    #expect(try await names(records) { $0.agrees = false } == ["alpha.png", "beta_100%.png"])
    #expect(try await names(records) { ($0.agrees, $0.code) = (true, .nevus) } == [])
    #expect(try await names(records) { $0.flag = .tooShort } == ["beta_100%.png"])
    #expect(try await names(records) { $0.isClean = true } == ["alpha.png", "Alpha.PNG"])
    #expect(try await names(records) { $0.isClean = false } == ["beta_100%.png"])
    #expect(try await names(records) { $0.isFailure = true } == ["broken.jpg"])
    #expect(try await names(records) { $0.isFailure = false }.count == 3)
    #expect(try await names(records) { $0.readingProtocol = "seed" }.count == 4)
    #expect(
      try await names(records) { $0.readingProtocol = String(RecordFixtures.digest(0xC0FFEE).prefix(60)) }.count == 4)
    #expect(try await names(records) { $0.readingProtocol = "extended" } == [])
    // What failed was to be read with the run's weights.
    #expect(try await names(records) { $0.weights = RecordFixtures.digest(0xEF) } == ["broken.jpg"])
    #expect(try await names(records) { $0.weights = "tiny" }.count == 4)
    #expect(try await names(records) { $0.run = run.id } == ["beta_100%.png", "Alpha.PNG"])
    #expect(try await names(records) { ($0.from, $0.to) = (day(2), day(3)) } == ["beta_100%.png"])
    #expect(try await names(records) { $0.text = "blue VEIL" } == ["beta_100%.png"])
    #expect(try await names(records) { $0.text = "'quoted'" } == ["alpha.png"])
    #expect(
      try await names(records) {
        $0.code = .nevus
        $0.run = run.id
      } == ["beta_100%.png"])
  }

  @Test(arguments: TestedStore.all) func `examinations are counted by sort`(_ store: TestedStore) async throws {
    let records = try await store.open()
    let run = RecordFixtures.run()
    try await records.begin(run)
    #expect(try await records.counts(matching: RecordQuery()) == RecordCounts())
    try await records.keep(RecordFixtures.examination(0, of: run, code: .melanoma, flags: [.empty]))
    try await records.keep(RecordFixtures.examination(1, of: run, flags: [.empty, .guardrail]))
    try await records.keep(RecordFixtures.examination(2, of: run))
    try await records.keep(RecordFixtures.failure(3, of: run))
    let counts = try await records.counts(matching: RecordQuery(run: run.id))
    #expect(counts.examinations == 4 && counts.failures == 1 && counts.clean == 1)
    #expect(counts.codes == [.melanoma: 1, .nevus: 2])
    #expect(counts.flags == [.empty: 2, .guardrail: 1])
  }

  @Test(arguments: TestedStore.all, [1, 2, 3, 4, 5] as [UInt64])
  func `pages neither repeat nor lose anything while others keep and delete`(_ store: TestedStore, seed: UInt64)
    async throws
  {
    var numbers = FixedNumbers(state: seed)
    let records = try await store.open()
    let run = RecordFixtures.run()
    try await records.begin(run)
    var kept: [RecordID] = []
    func keepOne() async throws {
      let examination = try RecordFixtures.examination(kept.count, of: run)
      try await records.keep(examination)
      kept.append(examination.id)
    }
    for _ in 0..<30 { try await keepOne() }
    let atFirst = kept
    var deleted: Set<RecordID> = []
    var seen: [RecordID] = []
    var cursor: RecordCursor?
    repeat {
      let limit = Int.random(in: 1...7, using: &numbers)
      let page = try await records.examinations(matching: RecordQuery(), limit: limit, after: cursor)
      #expect(page.elements.count <= limit)
      seen += page.elements.map(\.id)
      cursor = page.next
      for _ in 0..<Int.random(in: 0...2, using: &numbers) { try await keepOne() }
      // Even the one that the cursor stands on may go.
      if Bool.random(using: &numbers),
        let victim = Bool.random(using: &numbers) ? seen.last : kept.randomElement(using: &numbers)
      {
        #expect(try await records.delete(examinations: [victim]) == (deleted.insert(victim).inserted ? 1 : 0))
      }
    } while cursor != nil
    #expect(Set(seen).count == seen.count)
    #expect(seen == atFirst.reversed().filter(Set(seen).contains))
    #expect(Set(atFirst).subtracting(seen).isSubset(of: deleted))
  }

  @Test(arguments: TestedStore.all) func `all that match are read page by page`(_ store: TestedStore) async throws {
    let records = try await store.open()
    let run = RecordFixtures.run()
    try await records.begin(run)
    let count = ExaminationsOfRun.stride + 3
    for position in 0..<count { try await records.keep(RecordFixtures.examination(position, of: run)) }
    var positions: [Int] = []
    for try await examination in records.examinations(matching: RecordQuery(run: run.id)) {
      positions.append(examination.position)
    }
    #expect(positions == (0..<count).reversed())
  }

  @Test(
    arguments: TestedStore.all, ["", "x", "e", "e0", "e-1", "e 1", "eé", "r1", "ezzzzzzzzzzzzzzzzzzzzzzzz", "e1;--"])
  func `a cursor that no page gave is refused`(_ store: TestedStore, text: String) async throws {
    let records = try await store.open()
    await #expect(throws: RecordFault.badCursor(text)) {
      try await records.examinations(matching: RecordQuery(), limit: 1, after: RecordCursor(text))
    }
  }

  @Test(arguments: TestedStore.all) func `runs are listed newest first, page by page`(_ store: TestedStore) async throws
  {
    let records = try await store.open()
    let runs = (0..<5).map { RecordFixtures.run(kind: "\($0)") }
    for run in runs { try await records.begin(run) }
    let first = try await records.runs(limit: 3, after: nil)
    let second = try await records.runs(limit: 3, after: first.next)
    #expect(first.elements + second.elements == runs.reversed() && second.next == nil)
    #expect(try await records.runs(limit: .min, after: nil).elements.count == 1)
    #expect(try await records.runs(limit: .max, after: nil).elements.count == 5)
  }
}

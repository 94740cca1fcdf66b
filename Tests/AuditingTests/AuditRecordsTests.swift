import Dermoscopy
import Foundation
import Records
import TestRecords
import Testing
import Validation

@testable import Auditing

/// An audit's arms as runs in the records, of either kind that users have.
@Suite(.timeLimit(.minutes(5))) struct AuditRecordsTests {
  private func runs(_ path: String) async throws -> (
    runs: [Run], counts: [String: Int], first: [String: StoredExamination]
  ) {
    let store = try await RecordStores.open(path)
    let runs = try await store.runs(limit: 100, after: nil).elements
    var counts: [String: Int] = [:]
    var first: [String: StoredExamination] = [:]
    for run in runs {
      let kept = try await store.examinations(ofRun: run.id, after: nil, limit: 100)
      counts[run.kind] = kept.count
      first[run.kind] = kept.first
    }
    await store.close()
    return (runs, counts, first)
  }

  /// Where records lie: a new file, or a new database of the tests' server.
  private func location(_ kind: String, beside audit: SmallAudit) async throws -> String {
    kind == "SQLite" ? audit.folder("records.sqlite") : try await PostgreSQLServer.shared.createDatabase()
  }

  private static let kinds = ["SQLite"] + (PostgreSQLServer.isInstalled ? ["PostgreSQL"] : [])

  @Test(arguments: kinds)
  func `each dose of an arm is a run, with the protocol, the weights, the seed and the arm's document`(
    kind: String
  ) async throws {
    let audit = try SmallAudit(4)
    defer { audit.fixture.remove() }
    try Data("no picture".utf8).write(to: URL(fileURLWithPath: audit.folder("images/lesion-103.png")))
    let path = try await location(kind, beside: audit)
    let request = try audit.request(into: "out") { $0.records = path }
    try await request.run { _ in }
    let (runs, counts, first) = try await runs(path)
    #expect(
      counts == [
        "audit control": 4, "audit seed 1": 3, "audit camera noise 1": 3, "audit camera noise 3": 3,
        "audit other_image other": 3, "audit swap theirs": 3,
      ])
    let control = try #require(first["audit control"]?.report)
    #expect(control.image.name == "lesion-100.png" && control.groundTruth?.code == "MEL")
    #expect(control.diagnosis?.code == .melanoma && control.observations["Colors"]?.value == "black")
    #expect(control.description?.cleaned.isEmpty == false)
    #expect(first["audit camera noise 3"]?.report?.diagnosis?.probabilities != nil)
    for run in runs {
      #expect(run.state == .finished && run.provenance.protocolDigest == request.readingProtocol.digest.hexadecimal)
      #expect(run.provenance.seed == (run.kind == "audit seed 1" ? 1 : 0))
      let settings = try #require(try JSONSerialization.jsonObject(with: Data(run.settings.utf8)) as? [String: Any])
      let isArm = run.kind != "audit control"
      #expect(
        settings["arm_document_sha256"] as? String == (isArm ? request.arms.documents[0].digest.hexadecimal : nil))
    }
  }

  @Test(arguments: kinds)
  func `an audit that is resumed stores nothing twice, and what is missing`(kind: String) async throws {
    let audit = try SmallAudit(4)
    defer { audit.fixture.remove() }
    let path = try await location(kind, beside: audit)
    try await audit.request(into: "out") { $0.records = path }.run { _ in }
    let before = try await runs(path)
    let store = try await RecordStores.open(path)
    let lost = try #require(before.runs.first { $0.kind == "audit swap theirs" })
    _ = try await store.delete(examinations: [], runs: before.runs.map(\.id).filter { $0 == lost.id })
    await store.close()
    try await audit.request(into: "out") { ($0.records, $0.mode) = (path, .resuming) }.run { _ in }
    let after = try await runs(path)
    let ids = [before, after].map { Set($0.runs.map(\.id.text)) }
    #expect(ids[0] == ids[1])
    for (kind, count) in before.counts where kind != "audit swap theirs" {
      #expect(after.counts[kind] == count, "\(kind)")
    }
    // Another audit of the same images is another set of runs.
    try await Task.sleep(for: .seconds(1.1))
    try await audit.request(into: "again") { $0.records = path }.run { _ in }
    #expect(try await runs(path).runs.count == 2 * before.runs.count)
  }

  @Test(arguments: kinds) func `a shard stores nothing, and the merge stores all`(kind: String) async throws {
    let audit = try SmallAudit(4)
    defer { audit.fixture.remove() }
    let path = try await location(kind, beside: audit)
    var parts: [String] = []
    for index in 0..<2 { parts.append(try await audit.shard(index, of: 2) { $0.records = path }) }
    let store = try await RecordStores.open(path)
    #expect(try await store.runs(limit: 100, after: nil).elements.isEmpty)
    await store.close()
    try await audit.request(into: "merged") { $0.records = path }.merge(try AuditShardSet(parts)) { _ in }
    #expect(try await runs(path).counts["audit control"] == 4)
  }
}

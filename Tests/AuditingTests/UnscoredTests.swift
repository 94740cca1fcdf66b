import AuditStatistics
import Dermoscopy
import Testing

@testable import Auditing

/// Audits of a model that gives no probabilities, as behind some endpoints.
@Suite(.timeLimit(.minutes(5))) struct UnscoredTests {
  private static let reason = "the server gives no log-probabilities"

  @Test func `verdicts are greedy answers, and arms about probabilities alone are left out with the reason`()
    async throws
  {
    let fixture = try AuditFixture(8)
    defer { fixture.remove() }
    let model = PlantedModels.unscored(Self.reason)
    let arms = try ["looking", "words", "chance", "chain"].flatMap { try ArmsDocument.builtin(named: $0).arms }
    let suitability = ArmSuitability(
      try .builtin(named: "seed"), model: model, phantoms: 0, unscored: Self.reason)
    let plan = AuditPlan(
      arms, extent: .full, suitability: suitability, images: 8, available: 8, timing: nil)
    let left = Dictionary(
      plan.entries.filter { $0.doses.isEmpty }.map { ("\($0.arm.role.rawValue) \($0.arm.name)", $0.leftOut) }
    ) { first, _ in first }
    let expected = ["not applicable: its figures need probabilities, and the server gives no log-probabilities"]
    for entry in plan.entries where [.note, .outOfScope].contains(entry.arm.role) {
      #expect(left["\(entry.arm.role.rawValue) \(entry.arm.name)"] == expected, "\(entry.arm.name)")
    }
    for entry in plan.entries where [.null, .erased, .order, .opinion, .planted, .swap].contains(entry.arm.role) {
      #expect(!entry.leftOut.contains { $0.contains("probabilities") }, "\(entry.arm.name)")
    }

    let journal = try AuditJournal("\(fixture.folder)/unscored.jsonl")
    let reader = AuditReader(
      model: model, readingProtocol: try .builtin(named: "seed"), arms: plan.arms, seed: 0)
    try await AuditRun(
      samples: fixture.manifest.entries, journal: journal, plan: plan, parallel: 2, tell: { _ in }, reader: reader
    ).run()
    var rows: [String] = []
    for position in 0..<8 {
      rows += (try journal.image(position)?.rows ?? []) + (try journal.pair(position)?.rows ?? [])
    }
    let figures = try AuditFixture.figures(rows)
    #expect(figures[.balancedAccuracy]?.estimate.value == 1)
    #expect(figures[.seedFlips]?.estimate.value == 0 && figures[.opinionFlips]?.estimate.value == 0)
    #expect(figures[.nullBalancedAccuracy]?.estimate.value == 0.25)
    // Never a number where there is none.
    for measure in AuditMeasure.allCases where measure.needsProbabilities {
      #expect(figures[measure]?.estimate.value == nil, "\(measure.rawValue)")
      if let figure = figures[measure] { #expect(figure.estimate.reason?.isEmpty == false, "\(measure.rawValue)") }
    }
  }

  @Test func `an audit goes on at the same server only, and asks again what the server failed at`() throws {
    var header = AuditHeader(
      protocolName: "seed 1.0.0", protocolDigest: "p", weights: "", projector: nil, seed: 0, documents: [], doses: [:],
      images: 1, available: 1, imagesDigest: "i", labelsDigest: "l", version: "1", started: "now")
    header.server = "m, OpenAI-compatible endpoint at 127.0.0.1:1"
    var other = header
    other.server = "m, OpenAI-compatible endpoint at 127.0.0.1:2"
    #expect(
      other.changes(since: header) == [
        "the model changed (it was m, OpenAI-compatible endpoint at 127.0.0.1:1, it is m, OpenAI-compatible endpoint at "
          + "127.0.0.1:2)"
      ])
  }
}

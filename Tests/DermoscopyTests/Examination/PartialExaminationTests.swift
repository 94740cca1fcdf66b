import Dermoscopy
import Digests
import TestModels
import Testing

/// Examinations that end early, and Phase 3 alone.
@Suite struct PartialExaminationTests {
  private func report(
    through last: ExaminationPhase, _ model: ScriptedModel, by name: String = "seed"
  ) async throws -> ExaminationReport {
    try await Examiner(model: model, readingProtocol: .builtin(named: name)).examine(
      ExaminationFixture.image(), subject: ExaminationFixture.subject, seed: 1, through: last, log: ExaminationLog())
  }

  @Test func `an examination that ends after its observations asks for nothing else`() async throws {
    let model = ScriptedModel()
    let report = try await report(through: .observation, model)
    #expect(report.observations.entries.count == 4 && report.description == nil && report.diagnosis == nil)
    #expect(model.requests.count == 4 && model.calls.last == .close)
    #expect(try report.json().contains("\"diagnosis\":null"))
    #expect(try ExaminationReport(json: report.json()) == report)
    #expect(!report.text.contains("Classification") && report.text.contains("Ground truth: NV (homogenous)\n"))
  }

  @Test func `one that ends after its review has a description and no code`() async throws {
    let model = ScriptedModel()
    let report = try await report(through: .review, model)
    #expect(report.description != nil && report.diagnosis == nil)
    #expect(model.requests.count == 5)
  }

  @Test func `a protocol with one phase goes through it whatever was asked`() async throws {
    #expect(try await report(through: .observation, ScriptedModel(), by: "direct").diagnosis != nil)
  }

  @Test func `phase 3 alone asks what it would have asked after the other two`() async throws {
    let (whole, alone) = (ScriptedModel(), ScriptedModel())
    let first = try await ExaminationFixture.examine(with: whole)
    let subject = ExaminationSubject(name: "lesion.jpg", digest: nil, width: 0, height: 0)
    let examiner = Examiner(model: alone, readingProtocol: try .builtin(named: "seed"))
    let second = try await examiner.classify(
      first.observations, description: first.description?.raw, of: subject, seed: 42, log: ExaminationLog())
    #expect(alone.requests.count == 1 && !alone.calls.contains(.look))
    #expect(alone.requests.last?.prompt == whole.requests.last?.prompt)
    #expect(second.diagnosis == first.diagnosis && second.description == first.description)
    #expect(second.image.sha256.isEmpty && second.text.contains("from notes, without the image"))
    let other = try await examiner.classify(
      first.observations, description: "Another text, with a border.", of: subject, seed: 42, log: ExaminationLog())
    #expect(other.diagnosis?.code == .nevus)
    #expect(Set(alone.requests.map(\.seed)).count == 2, "other notes begin with other random numbers")
  }

  @Test func `notes alone are not enough where the codes are scored in view of the image`() async throws {
    let examiner = Examiner(model: ScriptedModel(), readingProtocol: try .builtin(named: "direct"))
    await #expect(throws: InsufficientNotes.self) {
      try await examiner.classify(
        Observations(), description: nil, of: ExaminationFixture.subject, seed: 0, log: ExaminationLog())
    }
  }
}

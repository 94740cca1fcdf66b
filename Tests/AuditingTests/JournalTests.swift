import Dermoscopy
import Digests
import Foundation
import Testing
import TestModels
import VisionLanguage

@testable import Auditing

/// An audit that is stopped loses at most the image in hand, and ends with the bytes that it would have had.
@Suite(.timeLimit(.minutes(5))) struct JournalTests {
  private static let arms = """
    { "schema": "dermgemma-arms/1", "id": "few", "version": "1", "title": "Few", "arms": [
      { "name": "noise", "title": "t", "family": "camera", "role": "camera", "change": {"kind": "gaussian_noise"},
        "doses": [{"dose": 3, "deviation": 0.12}], "compared": ["camera_drop"] },
      { "name": "other", "title": "t", "family": "looking", "role": "other_image", "change": {"kind": "another_image"},
        "compared": ["perceptual_score"] },
      { "name": "theirs", "title": "t", "family": "chain", "role": "swap", "change": {"kind": "another_notes"},
        "compared": ["swap_own"] },
      { "name": "seeds", "title": "t", "family": "chance", "role": "control", "change": {"kind": "seed"},
        "doses": [{"dose": 1, "by": 1}, {"dose": 2, "by": 2}], "compared": ["code_entropy"] }
    ] }
    """

  private func document() throws -> ArmsDocument { try ArmsDocument(json: Array(Self.arms.utf8), name: "few") }

  @Test func `rows are the same alone and in company`() async throws {
    let fixture = try AuditFixture(4)
    defer { fixture.remove() }
    let model = try PlantedModels.model(.none)
    let alone = try await fixture.table(try document(), model, parallel: 1, journal: "alone").rows
    let company = try await fixture.table(try document(), model, parallel: 4, journal: "company").rows
    #expect(alone == company)
    // A control, two seeds, noise, another's picture and another's notes.
    #expect(alone.count == 4 * 6)
  }

  @Test func `what was torn is read again, and the rows are those of an undisturbed audit`() async throws {
    let fixture = try AuditFixture(4)
    defer { fixture.remove() }
    let model = try PlantedModels.model(.none)
    let path = fixture.folder + "/torn.jsonl"
    let whole = try await fixture.rows(
      try document(), model, parallel: 1, journal: try opened(path), readingProtocol: nil)
    let bytes = try Data(contentsOf: URL(fileURLWithPath: path))
    for share in [0.2, 0.55, 0.9, 0.999] {
      try bytes.prefix(Int(Double(bytes.count) * share)).write(to: URL(fileURLWithPath: path))
      let journal = try AuditJournal(path)
      #expect(journal.images.count < 4 || journal.pairs.count < 4)
      let resumed = try await fixture.rows(try document(), model, parallel: 2, journal: journal)
      #expect(resumed.rows == whole.rows)
    }
  }

  /// A journal with a first line.
  private func opened(_ path: String) throws -> AuditJournal {
    let journal = try AuditJournal(path)
    try journal.append(.header(Self.header))
    return journal
  }

  private static let header = AuditHeader(
    protocolName: "seed 1.0.0", protocolDigest: "p", weights: "w", projector: "j", seed: 0, documents: ["few 1 d"],
    doses: ["camera noise": [3]], images: 4, available: 4, imagesDigest: "i", labelsDigest: "l", masksDigest: nil,
    timing: nil, quick: nil, version: "test", started: "2026-01-01T00:00:00Z")

  @Test func `a journal of something else is refused with its line`() throws {
    let fixture = try AuditFixture(1)
    defer { fixture.remove() }
    let path = fixture.folder + "/strange.jsonl"
    try Data("{\"a\": 1}\n".utf8).write(to: URL(fileURLWithPath: path))
    let fault = #expect(throws: BrokenJournal.self) { try AuditJournal(path) }
    #expect(fault?.line == 1)
  }

  @Test func `answers of other weights, seeds, arms or images are never mixed, and the reason is named`() {
    func changed(_ change: (inout AuditHeader) -> Void) -> [String] {
      var header = Self.header
      change(&header)
      return header.changes(since: Self.header)
    }
    #expect(changed { _ in }.isEmpty)
    #expect(changed { ($0.version, $0.started) = ("later", "2027-01-01T00:00:00Z") }.isEmpty)
    #expect(changed { $0.weights = "other" } == ["the weights changed (it was w, it is other)"])
    var model = ModelIdentity(name: "m", weights: SHA256Digest(of: []), projector: nil, engine: "e")
    #expect(AuditHeader.server(of: model) == nil)
    model.precision = .bf16
    #expect(
      changed { $0.server = AuditHeader.server(of: model) }
        == ["the model changed (it was the weights alone, it is m, images in bf16)"])
    #expect(changed { $0.seed = 7 } == ["the seed changed (it was 0, it is 7)"])
    #expect(changed { $0.protocolDigest = "q" }.first?.contains("protocol") ?? false)
    #expect(changed { $0.documents = ["mine 1 e"] }.first?.contains("arms") ?? false)
    #expect(changed { $0.imagesDigest = "k" }.first?.contains("images") ?? false)
    #expect(changed { $0.labelsDigest = "k" } == ["the labels or metadata changed"])
    #expect(changed { $0.masksDigest = "k" }.first?.contains("masks") ?? false)
    #expect(changed { $0.doses = [:] }.first?.contains("doses") ?? false)
  }

  @Test func `an image that cannot be read fails alone`() async throws {
    let fixture = try AuditFixture(4)
    defer { fixture.remove() }
    try Data("no picture".utf8).write(to: URL(fileURLWithPath: fixture.folder + "/images/lesion-101.png"))
    let journal = try AuditJournal(fixture.folder + "/j.jsonl")
    let rows = try await fixture.rows(try document(), try PlantedModels.model(.none), parallel: 2, journal: journal)
      .rows
    let failed = try journal.image(1)?.failed
    #expect(failed?.status == 65 && failed?.message.contains("lesion-101") ?? false)
    #expect(!rows.contains { $0.hasPrefix("lesion-101") } && rows.contains { $0.hasPrefix("lesion-102") })
  }
}

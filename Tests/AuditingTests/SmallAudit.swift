import AuditReporting
import Datasets
import Dermoscopy
import Foundation
import Reading
import TestModels
import Validation

@testable import Auditing

/// Whole audits of a fixture, with few arms and a model that is no weights.
struct SmallAudit {
  let fixture: AuditFixture

  /// Arms that change the picture, look at it again, and go between images.
  static let arms = """
    { "schema": "dermgemma-arms/1", "id": "few", "version": "1", "title": "Few", "arms": [
      { "name": "noise", "title": "t", "family": "camera", "role": "camera", "change": {"kind": "gaussian_noise"},
        "doses": [{"dose": 1, "deviation": 0.04}, {"dose": 3, "deviation": 0.12}], "compared": ["camera_drop"] },
      { "name": "other", "title": "t", "family": "looking", "role": "other_image", "change": {"kind": "another_image"},
        "compared": ["perceptual_score"] },
      { "name": "theirs", "title": "t", "family": "chain", "role": "swap", "change": {"kind": "another_notes"},
        "compared": ["swap_own"] },
      { "name": "seeds", "title": "t", "family": "chance", "role": "control", "change": {"kind": "seed"},
        "doses": [{"dose": 1, "by": 1}], "compared": ["code_entropy"] }
    ] }
    """

  init(_ images: Int) throws { fixture = try AuditFixture(images) }

  func folder(_ name: String) -> String { fixture.folder + "/" + name }

  func request(into name: String, _ change: (inout AuditRequest) -> Void = { _ in }) throws -> AuditRequest {
    let readingProtocol = try ReadingProtocol.builtin(named: "seed")
    var request = AuditRequest(
      images: folder("images"), into: folder(name),
      arms: try ArmSelection([try ArmsDocument(json: Array(Self.arms.utf8), name: "few")]),
      readingProtocol: readingProtocol, version: "test")
    request.labels = folder("labels.csv")
    request.model = .loaded(
      Reader(lending: try PlantedModels.model(.none), readingProtocol: readingProtocol, readings: 2))
    request.command = ["audit"]
    change(&request)
    return request
  }

  /// Audits a part.
  func shard(_ index: Int, of count: Int, _ change: (inout AuditRequest) -> Void = { _ in }) async throws -> String {
    let name = "part-\(index)"
    try await request(into: name) {
      $0.shard = Shard(index, of: count)
      $0.wholeCommand = ["audit"]
      change(&$0)
    }.run { _ in }
    return folder(name)
  }

  /// A file of an audit, with what differs from run to run taken out.
  func text(_ name: String, of audit: String) throws -> String {
    try String(contentsOfFile: "\(folder(audit))/\(name)", encoding: .utf8)
      .replacing(/"started":"[^"]*"/, with: "").replacing(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ/, with: "")
  }
}

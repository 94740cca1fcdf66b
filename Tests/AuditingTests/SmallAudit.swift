import AuditReporting
import Datasets
import Dermoscopy
import Foundation
import Imaging
import Reading
import TestModels
import Validation
import VisionLanguage

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

  /// The name of an image's mask.
  static func mask(of image: String) -> String { image.replacing(".png", with: "_segmentation.png") }

  /// Makes a folder with a mask for each image, and one of an image that is not there.
  func masks() throws -> String {
    let place = folder("masks")
    try FileManager.default.createDirectory(atPath: place, withIntermediateDirectories: true)
    let side = 64
    let pixels = (0..<side * side).flatMap { index -> [UInt8] in
      let (x, y) = (index % side - side / 2, index / side - side / 2)
      return [UInt8](repeating: x * x + y * y < 400 ? 255 : 0, count: 3)
    }
    let mask = Data(try ImageEncoder.png(try PixelImage(width: side, height: side, pixels: pixels)))
    let images = try FileManager.default.contentsOfDirectory(atPath: folder("images")) + ["lesion-gone.png"]
    for image in images { try mask.write(to: URL(fileURLWithPath: place + "/" + Self.mask(of: image))) }
    return place
  }

  /// A file of an audit, with what differs from run to run taken out.
  func text(_ name: String, of audit: String) throws -> String {
    try String(contentsOfFile: "\(folder(audit))/\(name)", encoding: .utf8)
      .replacing(/"started":"[^"]*"/, with: "").replacing(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ/, with: "")
  }
}

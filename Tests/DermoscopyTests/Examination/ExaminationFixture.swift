import Dermoscopy
import Digests
import TestModels
import VisionLanguage

/// What an examination in a test begins with.
enum ExaminationFixture {
  static func image(_ value: UInt8 = 7) throws -> PixelImage {
    try PixelImage(width: 2, height: 1, pixels: [value, 2, 3, 4, 5, 6])
  }

  static let subject = ExaminationSubject(
    name: "lesion.jpg", digest: SHA256Digest(of: [3]), width: 600, height: 450,
    groundTruth: GroundTruth(code: "nv", attribute: "homogenous"))

  /// Reads an image of a few pixels.
  static func examine(
    with model: ScriptedModel, by name: String = "seed", edits: [(String, String?)] = [], seed: UInt64 = 42,
    image value: UInt8 = 7, log: ExaminationLog = ExaminationLog()
  ) async throws -> ExaminationReport {
    let readingProtocol = try ReadingProtocol(json: document(edits, in: name), name: name)
    return try await Examiner(model: model, readingProtocol: readingProtocol)
      .examine(image(value), subject: subject, seed: seed, log: log)
  }
}

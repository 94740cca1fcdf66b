import AuditReporting
import AuditStatistics
import Dermoscopy
import Foundation
import Validation

/// Answers of an audit that never took place.
enum AuditSpecimens {
  static func answer(
    _ image: String, _ role: AuditRole = .control, arm: String = "", dose: Int = 0, seed: UInt64? = nil,
    truth: LesionCode? = nil, target: LesionCode? = nil, _ probabilities: [Double]
  ) -> AuditAnswer {
    var answer = AuditAnswer(
      image: image, role: role, arm: arm, dose: dose, seed: seed, truth: truth.map(Prediction.Truth.code),
      probabilities: probabilities)
    answer.target = target
    if role == .control { answer.words = ["Network": image < "c" ? "atypical" : "typical"] }
    return answer
  }

  /// Four lesions, the first two melanomas; one change of the picture that loses one melanoma, two lesions painted over, a
  /// printed word that is obeyed once.
  static let answers: [AuditAnswer] = [
    answer("a", truth: .melanoma, [0.8, 0.1, 0.05, 0.05]), answer("b", truth: .melanoma, [0.6, 0.3, 0.05, 0.05]),
    answer("c", truth: .nevus, [0.1, 0.8, 0.05, 0.05]), answer("d", truth: .nevus, [0.2, 0.7, 0.05, 0.05]),
    answer("a", .camera, arm: "jpeg", dose: 3, [0.2, 0.7, 0.05, 0.05]),
    answer("b", .camera, arm: "jpeg", dose: 3, [0.6, 0.3, 0.05, 0.05]),
    answer("c", .camera, arm: "jpeg", dose: 3, [0.1, 0.8, 0.05, 0.05]),
    answer("d", .camera, arm: "jpeg", dose: 3, [0.2, 0.3, 0.45, 0.05]),
    answer("a", .erased, arm: "lesion_erased", [0.5, 0.4, 0.05, 0.05]),
    answer("c", .erased, arm: "lesion_erased", [0.5, 0.4, 0.05, 0.05]),
    answer("c", .printed, arm: "opposite", dose: 8, target: .melanoma, [0.7, 0.2, 0.05, 0.05]),
    answer("c", .neutral, arm: "word", dose: 8, [0.1, 0.8, 0.05, 0.05]),
  ]

  /// A folder of its own.
  static func folder() throws -> String {
    let path = NSTemporaryDirectory() + "audit-report-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    return path
  }

  /// A report with few resamples.
  static func report(
    _ answers: [AuditAnswer] = answers, arms: [AuditedArm] = [], model: String? = "tiny", remarks: [String] = []
  ) -> AuditReport {
    var provenance = AuditProvenance(version: "1", command: ["dermgemma", "audit", "--images", "my images"])
    provenance.model = model
    return AuditReport(answers: answers, provenance: provenance, arms: arms, remarks: remarks, replicates: 50)
  }

  /// A finished audit on the disk.
  static func audit(_ answers: [AuditAnswer] = answers, arms: [AuditedArm] = []) async throws -> String {
    let folder = try folder()
    try await report(answers, arms: arms).write(into: folder)
    let table = ([AnswerFile.header] + answers.map(AnswerFile.row)).joined(separator: "\n")
    try Data(table.utf8).write(to: URL(fileURLWithPath: folder + "/" + AuditReport.answersName))
    return folder
  }

  static func text(_ path: String) throws -> String { try String(contentsOfFile: path, encoding: .utf8) }
}

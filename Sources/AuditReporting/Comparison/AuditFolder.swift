import AuditStatistics
import Datasets
import Foundation

/// A finished audit on the disk: its document and its answers.
public struct AuditFolder: Sendable {
  /// As it was named.
  public let name: String
  /// Everything that a repeat needs.
  public let provenance: AuditProvenance
  /// Every arm, with what became of it.
  public let arms: [AuditedArm]
  /// All answers, on the disk.
  public let answers: AnswerSpool

  /// The parts of `audit.json` that are read.
  private struct Head: Decodable {
    var schema: String
    var provenance: AuditProvenance
    var arms: [AuditedArm]
  }

  /// Whether a folder holds an audit's document.
  public static func isAudit(_ path: String) -> Bool {
    FileManager.default.fileExists(atPath: path + "/" + AuditReport.documentName)
  }

  /// Reads an audit.
  ///
  /// - Parameters:
  ///   - path: its folder.
  ///   - name: what reports and messages call it; `nil` for its path.
  /// - Throws: ``AuditComparisonFault/unreadable(folder:reason:)``, `LabelFault` of the answers;
  ///   `UnwritableFile`.
  public init(_ path: String, called name: String? = nil) throws {
    self.name = name ?? path
    let file = path + "/" + AuditReport.documentName
    guard let bytes = FileManager.default.contents(atPath: file) else {
      throw AuditComparisonFault.unreadable(folder: self.name, reason: "\(AuditReport.documentName) cannot be read")
    }
    guard let head = try? JSONDecoder().decode(Head.self, from: bytes) else {
      throw AuditComparisonFault.unreadable(
        folder: self.name, reason: "\(AuditReport.documentName) is no audit's document")
    }
    guard head.schema == AuditReport.schema else {
      throw AuditComparisonFault.unreadable(
        folder: self.name,
        reason: "\(AuditReport.documentName) is \(head.schema), and this version reads \(AuditReport.schema)")
    }
    provenance = head.provenance
    arms = head.arms
    answers = try AnswerFile(path: path + "/" + AuditReport.answersName).spool
  }
}

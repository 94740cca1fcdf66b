import AuditReporting
import AuditStatistics
import Foundation
import TextOutput

/// `audit figures`: a table of answers, its figures, perhaps its report.
struct AuditTableReport {
  var path: String
  /// The command line, without the program's name.
  var command: [String]
  /// Resamples of each interval.
  var replicates: Int
  /// Of the resamples.
  var seed: UInt64
  /// The report's folder; `nil` for none.
  var out: String?
  var printsJSON: Bool

  /// Computes, writes and prints.
  ///
  /// - Throws: `LabelFault`, `UnwritableFile`, `OutputFault`.
  func run(_ terminal: Terminal) async throws {
    let file = try AnswerFile(path: path)
    let provenance = AuditProvenance(
      version: Tool.version, command: ["dermgemma"] + command, images: path)
    let report = try AuditReport(
      answers: file.spool, provenance: provenance, remarks: file.remarks, replicates: replicates, seed: seed)
    for remark in report.remarks { terminal.printError("dermgemma: \(Sanitizer.message(remark))") }
    if let out {
      try await report.write(into: out)
      try file.write(to: out + "/" + AuditReport.answersName)
    }
    if printsJSON {
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
      try terminal.print(String(decoding: try encoder.encode(report.figures), as: UTF8.self))
    } else {
      let figures = report.figures
      try terminal.print(
        (["\(figures.images) images of \(figures.lesions) lesions"]
          + figures.scorecard.entries.map { "\n\($0.number). \($0.title)\n   \(Sanitizer.message($0.sentence))" })
          .joined(separator: "\n"))
      if let out {
        try terminal.print(
          "\nWritten to \(out): "
            + [AuditReport.documentName, AuditReport.pageName, AuditReport.answersName].joined(separator: ", "))
      }
    }
  }
}

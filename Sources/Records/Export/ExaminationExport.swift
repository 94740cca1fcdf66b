import Dermoscopy
import Foundation
import JSON
import Tables

/// A stored examination in the form for other programs.
public enum ExaminationExport {
  /// One JSON object on one line: where it belongs, and `examination` or `error`.
  ///
  /// - Throws: `EncodingError`, which no report that was read from JSON gives.
  public static func json(_ kept: StoredExamination) throws -> String {
    var members = [
      ("id", try OrderedJSON.line(kept.id.text)), ("run", try OrderedJSON.line(kept.run.text)),
      ("position", String(kept.position)), ("finished", try OrderedJSON.line(time(kept.finished))),
      ("elapsed_ms", try OrderedJSON.line(kept.elapsed)),
    ]
    switch kept.outcome {
    case .report(let report): members.append(("examination", try report.json()))
    case .failure(let failure):
      let digest = try kept.imageDigest.map { try OrderedJSON.line($0) } ?? "null"
      members.append(("image", "{\"name\":\(try OrderedJSON.line(kept.imageName)),\"sha256\":\(digest)}"))
      members.append(("error", try OrderedJSON.line(failure)))
    }
    if let details = kept.details { members.append(("details", JSONText.onOneLine(details))) }
    return "{" + members.map { "\"\($0.0)\":\($0.1)" }.joined(separator: ",") + "}"
  }

  /// The columns of `cells`.
  public static let columns = [
    TableColumn("id", .text), TableColumn("run", .text), TableColumn("position", .integer),
    TableColumn("finished", .time), TableColumn("image", .text), TableColumn("image_sha256", .text),
    TableColumn("code", .text), TableColumn("method", .text), TableColumn("truth", .text),
    TableColumn("MEL", .number), TableColumn("NV", .number), TableColumn("BCC", .number), TableColumn("BKL", .number),
    TableColumn("flags", .text), TableColumn("observations", .text), TableColumn("description", .text),
    TableColumn("protocol", .text), TableColumn("protocol_sha256", .text), TableColumn("model", .text),
    TableColumn("weights_sha256", .text), TableColumn("seed", .unsigned), TableColumn("elapsed_ms", .number),
    TableColumn("error_status", .integer), TableColumn("error", .text),
  ]

  /// The values of a row.
  public static func cells(_ kept: StoredExamination) -> [TableCell] {
    let (report, diagnosis) = (kept.report, kept.report?.diagnosis)
    func text(_ text: String?) -> TableCell { text.map(TableCell.text) ?? .none }
    let probabilities = LesionCode.allCases.map { code in
      diagnosis?.probabilities.map { TableCell.number($0[code]) } ?? .none
    }
    let observations = report?.observations.entries.map { "\($0.question): \($0.observation.value)" } ?? []
    let place: [TableCell] = [
      .text(kept.id.text), .text(kept.run.text), .integer(kept.position), .time(kept.finished), .text(kept.imageName),
      text(kept.imageDigest), text(diagnosis?.code.rawValue), text(diagnosis?.method.name),
      text(report?.groundTruth?.code),
    ]
    let words: [TableCell] = [
      .text(kept.flags.map(\.rawValue).joined(separator: ";")), .text(observations.joined(separator: "; ")),
      text(report?.description?.cleaned), text(report?.readingProtocol.id), text(report?.readingProtocol.digest),
      text(report?.model.name), text(report?.model.weights),
    ]
    return place + probabilities + words + [
      report.map { .unsigned($0.seed) } ?? .none, .number(kept.elapsed),
      kept.failure.map { .integer(Int($0.status)) } ?? .none, text(kept.failure?.message),
    ]
  }

  /// The names of the columns of `row`.
  public static var header: [String] { columns.map(\.name) }

  /// The values of a row as texts; empty where an examination has none.
  public static func row(_ kept: StoredExamination) -> [String] { cells(kept).map(\.text) }

  /// A time as ISO 8601 writes it, in UTC, to a millisecond.
  public static func time(_ date: Date) -> String { TableCell.time(date).text }
}

import Dermoscopy
import Foundation
import JSON

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

  /// The names of the columns of `row`.
  public static let header = [
    "id", "run", "position", "finished", "image", "image_sha256", "code", "method", "truth", "MEL", "NV", "BCC", "BKL",
    "flags", "observations", "description", "protocol", "protocol_sha256", "model", "weights_sha256", "seed",
    "elapsed_ms", "error_status", "error",
  ]

  /// The values of a row; empty where an examination has none.
  public static func row(_ kept: StoredExamination) -> [String] {
    let (report, diagnosis) = (kept.report, kept.report?.diagnosis)
    let probabilities = LesionCode.allCases.map { code in diagnosis?.probabilities.map { String($0[code]) } ?? "" }
    let observations = report?.observations.entries.map { "\($0.question): \($0.observation.value)" } ?? []
    return [
      kept.id.text, kept.run.text, String(kept.position), time(kept.finished), kept.imageName, kept.imageDigest ?? "",
      diagnosis?.code.rawValue ?? "", diagnosis?.method.name ?? "", report?.groundTruth?.code ?? "",
    ] + probabilities + [
      kept.flags.map(\.rawValue).joined(separator: ";"), observations.joined(separator: "; "),
      report?.description?.cleaned ?? "", report?.readingProtocol.id ?? "", report?.readingProtocol.digest ?? "",
      report?.model.name ?? "", report?.model.weights ?? "", report.map { String($0.seed) } ?? "",
      String(kept.elapsed), kept.failure.map { String($0.status) } ?? "", kept.failure?.message ?? "",
    ]
  }

  /// A time as ISO 8601 writes it, in UTC, to a millisecond.
  public static func time(_ date: Date) -> String {
    Date.ISO8601FormatStyle(includingFractionalSeconds: true).format(date)
  }
}

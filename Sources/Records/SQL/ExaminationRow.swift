import Dermoscopy
import Foundation
import JSON

/// An examination as a row of its table.
struct ExaminationRow {
  static let columns = """
    e.number, e.id, r.id, e.position, e.finished_ms, e.image_name, e.image_sha256, e.outcome, e.code, e.description, \
    e.elapsed_ms, e.body, e.details
    """

  var outcome: String
  var code: LesionCode?
  var truth: String?
  /// Whether the code is the true one; `nil` where one of them is not known.
  var agrees: Bool?
  var description: String?
  var provenance: (protocolID: String, protocolDigest: String, model: String, weights: String)?
  var body: String

  /// - Throws: `unkeepable` for values that could not be read back unchanged.
  init(_ examination: StoredExamination) throws(RecordFault) {
    try examination.requireStorable()
    agrees = examination.agrees
    do {
      switch examination.outcome {
      case .report(let report):
        outcome = "report"
        code = report.diagnosis?.code
        truth = report.groundTruth?.code
        description = report.description?.cleaned
        provenance = (
          report.readingProtocol.id, report.readingProtocol.digest, report.model.name, report.model.weights ?? ""
        )
        body = try report.json()
      case .failure(let failure):
        outcome = "failure"
        body = try OrderedJSON.line(failure)
      }
    } catch {
      throw .unkeepable(reason: "\(error)")
    }
  }

  /// The columns that ``values(_:run:)`` binds, without the number.
  static let storedColumns = """
    id, run, position, finished_ms, image_name, image_sha256, outcome, code, truth, agrees, description, protocol_id, \
    protocol_sha256, model, weights_sha256, elapsed_ms, body, details
    """

  /// The values of ``storedColumns``; those that a failure has from its run are `nil` without `run`.
  func values(
    _ examination: StoredExamination, run: ColumnValue,
    runProvenance: (protocolID: String, protocolDigest: String, model: String, weights: String)? = nil
  ) -> [ColumnValue] {
    let known = provenance ?? runProvenance
    return [
      .text(examination.id.text), run, .integer(examination.position), .integer(examination.finished.milliseconds),
      .text(examination.imageName), .text(examination.imageDigest), .text(outcome), .text(code?.rawValue),
      .text(truth), agrees.map { .integer($0 ? 1 : 0) } ?? .null, .text(description), .text(known?.protocolID),
      .text(known?.protocolDigest), .text(known?.model), .text(known?.weights), .real(examination.elapsed),
      .text(body), .text(examination.details),
    ]
  }

  /// - Throws: `damaged` for a row that was not stored like this.
  static func examination(
    in row: some ResultRow, of store: String
  ) throws(RecordFault) -> (number: Int64, element: StoredExamination) {
    let number = Int64(row.integer(0))
    let damage = RecordFault.damaged(store: store, reason: "examination \(number) cannot be read")
    guard let id = RecordID(row.text(1) ?? ""), let run = RecordID(row.text(2) ?? ""), let body = row.text(11)
    else { throw damage }
    let outcome: StoredExamination.Outcome
    do {
      switch row.text(7) {
      case "report": outcome = .report(try ExaminationReport(json: body))
      case "failure": outcome = .failure(try JSONDecoder().decode(ExaminationFailure.self, from: Data(body.utf8)))
      default: throw damage
      }
    } catch {
      throw error as? RecordFault ?? damage
    }
    return (
      number,
      StoredExamination(
        id: id, run: run, position: row.integer(3), finished: Date(milliseconds: Int64(row.integer(4))),
        imageName: row.text(5) ?? "", imageDigest: row.text(6), outcome: outcome, elapsed: row.real(10),
        details: row.text(12))
    )
  }
}

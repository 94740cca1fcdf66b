import Dermoscopy
import TextOutput

/// One line for each image of a small run.
struct ExaminationList {
  private static let longestName = 36
  private var table = TextTable(
    [.left, .left, .left, .right, .right, .left], header: ["image", "truth", "code", "p", "s", "flags"])

  mutating func add(_ report: ExaminationReport, elapsed: Double) {
    let diagnosis = report.diagnosis
    let truth = report.groundTruth
    let verdict = diagnosis.flatMap { diagnosis in
      truth.map { $0.agrees(with: diagnosis.code) ? " ✓" : LesionCode(rawValue: $0.code) == nil ? "" : " ✗" }
    }
    let probability = diagnosis.flatMap { diagnosis in
      diagnosis.probabilities.map { PhaseSpreadsheet.decimals($0[diagnosis.code], 2) }
    }
    table.add([
      TextTable.shortened(Sanitizer.line(report.image.name), to: Self.longestName),
      Sanitizer.line(truth?.code ?? "–"), (diagnosis?.code.rawValue ?? "–") + (verdict ?? ""), probability ?? "–",
      PhaseSpreadsheet.decimals(elapsed / 1000, 2), report.flags.map(\.rawValue).joined(separator: ", "),
    ])
  }

  var lines: [String] { table.isEmpty ? [] : ["Images"] + table.lines }
}

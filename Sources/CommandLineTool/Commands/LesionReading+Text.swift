import Dermoscopy
import TextOutput
import UseCases

extension LesionReading {
  /// The report for people.
  var text: String {
    var lines = [
      "Lesion \(Sanitizer.line(id)) (\(Sanitizer.line(grouping))), \(views.count) view\(views.count == 1 ? "" : "s")",
      "For research. This is not a diagnosis.", "",
    ]
    guard let code else { return (lines + ["No view has a code."]).joined(separator: "\n") }
    lines.append("Classification of all views")
    lines.append("  \(code.rawValue), \(code.diagnosis)")
    if let probabilities {
      let shares = LesionCode.allCases.map { "\($0.rawValue) \(TextLayout.percent(probabilities[$0]))" }
      lines.append("  " + shares.joined(separator: "  "))
    }
    lines.append("Views")
    for view in views {
      let name = Sanitizer.line(view.name)
      guard let report = view.report else {
        lines.append("  \(name): \(Sanitizer.line(view.failure?.message ?? "not read"))")
        continue
      }
      let share = report.diagnosis.flatMap { own in own.probabilities.map { ", \(TextLayout.percent($0[own.code]))" } }
      lines.append("  \(name): \(report.diagnosis?.code.rawValue ?? "no code")\(share ?? "")")
    }
    if let dissent, dissent > 0 {
      lines.append("The views disagree: \(TextLayout.percent(dissent)) of them have another code.")
    }
    if let spread { lines.append("Largest distance between two views' probabilities: \(spread)") }
    return lines.joined(separator: "\n")
  }
}

import Dermoscopy
import TextOutput

/// The images on which two runs disagree, as text, with the two reports side by side.
public struct DisagreementText {
  /// Columns of a side.
  private static let width = 56
  private static let gap = "  │"

  /// The heading over all of them.
  public static func heading(_ comparison: RunComparison) -> String {
    let disagreementCounts = comparison.disagreementCounts
    let count = disagreementCounts.values.reduce(0, +)
    let predictions = Disagreement.Verdict.allCases.compactMap { verdict in
      disagreementCounts[verdict].map { "\(verdict.words) \($0)" }
    }
    return "Images on which they disagree: \(count)" + (count > 0 ? " (\(predictions.joined(separator: ", ")))" : "")
  }

  /// The lines for an image.
  public static func lines(of image: Disagreement) -> [String] {
    let truth = image.truth.map { "truth \(Sanitizer.line($0.code))" } ?? "no label"
    let disagreements = image.differingQuestions
    let (left, right) = (
      side("A", image.first, image, disagreements), side("B", image.second, image, disagreements)
    )
    let rows = (0..<max(left.count, right.count)).map { row -> String in
      let (one, other) = (row < left.count ? left[row] : "", row < right.count ? right[row] : "")
      return "  " + TextLayout.padded(one, to: width) + gap + (other.isEmpty ? "" : " " + other)
    }
    return ["\(Sanitizer.line(image.first.image.name)): \(truth), \(image.verdict.words)"] + rows
  }

  private static func side(
    _ letter: String, _ report: ExaminationReport, _ image: Disagreement, _ disagreements: Set<String>
  ) -> [String] {
    var lines: [String] = []
    if let diagnosis = report.diagnosis {
      let probability = diagnosis.probabilities.map { PhaseSpreadsheet.decimals($0[diagnosis.code], 2) } ?? "–"
      let verdict = image.truth.map { $0.agrees(with: diagnosis.code) ? " ✓" : " ✗" } ?? ""
      lines.append("\(letter)  \(diagnosis.code.rawValue)\(verdict)  p \(probability), \(diagnosis.method.name)")
    } else {
      lines.append("\(letter)  no code")
    }
    for entry in report.observations.entries {
      let mark = disagreements.contains(entry.question) ? "≠ " : "  "
      lines += wrapped("\(mark)\(Sanitizer.line(entry.question)): \(Sanitizer.line(entry.observation.value))")
    }
    lines += report.description.map { wrapped(Sanitizer.line($0.cleaned)) } ?? ["no description"]
    if !report.flags.isEmpty { lines += wrapped("⚑ " + report.flags.map(\.rawValue).joined(separator: ", ")) }
    return lines
  }

  /// A text on lines of at most a side's columns, the first with the text's own margin; longer words are cut.
  private static func wrapped(_ text: String) -> [String] {
    let margin = String(text.prefix { $0 == " " })
    let lines = TextLayout.wrap(text, columns: width, prefix: margin)
    return lines.isEmpty ? [margin] : lines
  }
}

import Dermoscopy
import TextOutput

/// The prompts and answers of a flagged image, which show why it has flags.
public enum Diagnostics {
  /// Characters of a prompt or an answer that are shown.
  static let longestText = 600

  /// The lines for a flagged image; none for a clean one.
  public static func lines(of report: ExaminationReport, by readingProtocol: ReadingProtocol) -> [String] {
    guard !report.flags.isEmpty else { return [] }
    let flags = report.flags.map(\.rawValue).joined(separator: ", ")
    var lines = ["⚑ \(Sanitizer.line(report.image.name)): \(flags)"]
    if report.flags.contains(.noLesion) { lines.append("  Image: " + QualityFlag.noLesion.words) }
    for exchange in readingProtocol.exchanges(in: report) where !exchange.flags.isEmpty {
      lines.append("  \(exchange.title): " + exchange.flags.map(\.words).joined(separator: "; "))
      lines.append("    asked:  " + shown(exchange.asked))
      lines.append("    answer: " + (exchange.answered.isEmpty ? "(nothing)" : shown(exchange.answered)))
    }
    for removed in report.description?.removed ?? [] {
      lines.append("    left out (\(removed.reason.words)): " + shown(removed.sentence))
    }
    return lines
  }

  private static func shown(_ text: String) -> String {
    TextTable.shortened(Sanitizer.line(text), to: longestText)
  }
}

import Dermoscopy
import TextOutput

/// The metrics that a terminal shows; the report has all of them.
enum MetricsTable {
  private static let shown: [MetricKey] =
    [.accuracy, .balancedAccuracy, .macroAUC, .kappa, .brier, .calibrationError].map {
      MetricKey(metric: $0, code: nil)
    }
    + [.sensitivity, .specificity, .auc, .sensitivityAt80, .sensitivityAt95].map {
      MetricKey(metric: $0, code: .melanoma)
    }

  static func lines(of metrics: RunMetrics) -> [String] {
    let panel = metrics.overall
    guard panel.images > 0 else { return [] }
    var table = TextTable([.left, .right, .right, .right], header: ["", "figure", "95 % interval", "always NV"])
    for figure in shown {
      let estimate = panel[figure]
      table.add([figure.title, value(estimate, figure), interval(estimate, figure), baseline(figure, panel)])
    }
    let lesions = panel.lesions < panel.images ? " of \(panel.lesions) lesions" : ""
    return ["Metrics on \(panel.images) labelled images\(lesions), four classes"] + table.lines
      + challenge(metrics.challenge) + [""] + confusion(panel.confusion)
  }

  private static func challenge(_ score: ChallengeScore?) -> [String] {
    guard let score else { return [] }
    let figure = MetricKey(metric: .balancedAccuracy)
    let estimate = score.balancedAccuracy
    return [
      "  As the ISIC challenge scores it: balanced accuracy \(value(estimate, figure)), \(interval(estimate, figure)); "
        + Sanitizer.line(score.sentences.joined(separator: "; "))
    ]
  }

  private static func confusion(_ matrix: ConfusionMatrix) -> [String] {
    var table = TextTable(
      [.left] + matrix.answers.map { _ in .right } + [.right], header: ["truth"] + matrix.answers + ["all"])
    for row in matrix.rows where row.total > 0 {
      table.add([Sanitizer.line(row.truth)] + row.counts.map(String.init) + [String(row.total)])
    }
    return ["Truth (rows) and answers (columns)"] + table.lines
  }

  static func value(_ estimate: Estimate, _ figure: MetricKey) -> String {
    estimate.value.map { text($0, figure) } ?? "–"
  }

  static func interval(_ estimate: Estimate, _ figure: MetricKey) -> String {
    guard let low = estimate.low, let high = estimate.high else { return "–" }
    return "\(text(low, figure)) to \(text(high, figure))"
  }

  /// What always answering NV would score.
  static func baseline(_ figure: MetricKey, _ panel: MetricsPanel) -> String {
    let classes = panel.codes.filter { $0.images > 0 }.count
    switch (figure.metric, figure.code) {
    case (.accuracy, nil): return value(panel.alwaysNevus.accuracy, figure)
    case (.balancedAccuracy, nil): return classes > 0 ? text(1 / Double(classes), figure) : "–"
    case (.macroAUC, nil), (.auc, .some): return text(0.5, figure)
    case (.kappa, nil): return text(0, figure)
    case (.sensitivity, .melanoma): return text(0, figure)
    case (.specificity, .melanoma): return text(1, figure)
    default: return ""
    }
  }

  private static func text(_ number: Double, _ figure: MetricKey) -> String {
    switch figure.metric {
    case .kappa, .macroAUC, .auc, .aucAboveSensitivity, .averagePrecision, .brier, .calibrationError, .f1:
      PhaseSpreadsheet.decimals(number, 3)
    default: TextTable.percent(number)
    }
  }
}

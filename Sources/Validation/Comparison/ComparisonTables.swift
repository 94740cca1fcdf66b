import Dermoscopy
import Foundation
import Records
import TextOutput

/// A comparison as text, for a terminal.
public struct ComparisonTables {
  private let comparison: RunComparison

  /// Tables of a comparison.
  public init(_ comparison: RunComparison) { self.comparison = comparison }

  /// Everything except the images on which the runs disagree, with blank lines between sections.
  public var lines: [String] {
    let sections = [runs, images, metrics, tests, codes, questions]
    return sections.filter { !$0.isEmpty }.joined(separator: [""]).map { $0 }
  }

  private var runs: [String] {
    var table = TextTable([.left, .left, .left, .left])
    for (letter, open) in [("A", comparison.first), ("B", comparison.second)] {
      let run = open.run
      let state = run.state == .finished ? "" : ", \(run.state.rawValue)"
      table.add([
        letter, Sanitizer.line(open.name), run.kind + state, run.started.formatted(.iso8601),
      ])
    }
    guard !comparison.settings.isEmpty else {
      return table.lines + ["  Both used the same protocol, weights and seed"]
    }
    var settings = TextTable([.left, .left, .left], header: ["They differ in", "A", "B"])
    for setting in comparison.settings {
      settings.add([setting.name, Sanitizer.line(setting.first), Sanitizer.line(setting.second)])
    }
    return table.lines + settings.lines
  }

  private var images: [String] {
    let summary = comparison.summary
    return ["Images: \(summary.shared - summary.repeats) compared, of \(summary.first) in A and \(summary.second) in B"]
      + summary.remarks.map { "  " + Sanitizer.line($0) }
  }

  static let shownFigures: [MetricKey] =
    Metric.overall.map { MetricKey(metric: $0) }
    + LesionCode.allCases.flatMap { code in
      [Metric.sensitivity, .specificity, .auc].map { MetricKey(metric: $0, code: code) }
    } + [.averagePrecision, .sensitivityAt80, .sensitivityAt95].map { MetricKey(metric: $0, code: .melanoma) }

  private var metrics: [String] {
    var table = TextTable(
      [.left, .right, .left, .right, .left, .right, .left], header: ["", "A", "", "B", "", "B − A", "95 % interval"])
    func add(_ title: String, _ difference: MetricDifference, _ figure: MetricKey) {
      table.add([
        title, MetricsTable.value(difference.first, figure), bracketed(difference.first, figure),
        MetricsTable.value(difference.second, figure), bracketed(difference.second, figure),
        Self.signed(difference.difference.value, figure), Self.interval(difference.difference, figure),
      ])
    }
    var lines: [String] = []
    if let figures = comparison.figures {
      for figure in Self.shownFigures { if let one = figures[figure] { add(figure.title, one, figure) } }
      let lesions = figures.lesions < figures.images ? " of \(figures.lesions) lesions" : ""
      lines = [
        "Metrics on \(figures.images) labelled images\(lesions), four classes; always NV would have an accuracy of "
          + MetricsTable.value(figures.alwaysNevus, MetricKey(metric: .accuracy))
      ]
    } else {
      lines = ["No image has both a label of the four codes and a code of both runs: no metrics"]
    }
    add("Clean outputs", comparison.cleanRate, MetricKey(metric: .accuracy))
    return lines + table.lines
  }

  private func bracketed(_ estimate: Estimate, _ figure: MetricKey) -> String {
    estimate.low == nil ? "" : "(\(MetricsTable.interval(estimate, figure)))"
  }

  private var tests: [String] {
    var table = TextTable(
      [.left, .right, .right, .right, .right, .right], header: ["", "both", "A alone", "B alone", "neither", "p"])
    for (title, test) in comparison.tests.map({ ($0.title, $0.test) }) + [("Clean outputs", comparison.cleanTest)] {
      table.add([
        title, String(test.both), String(test.onlyFirst), String(test.onlySecond), String(test.neither),
        Self.probability(test.probability),
      ])
    }
    return ["Right in both runs, in one alone, in neither; McNemar’s exact test, two-sided"] + table.lines
  }

  private var codes: [String] {
    guard let codes = comparison.agreement.codes else { return [] }
    var table = TextTable([.left] + codes.codes.map { _ in .right }, header: ["A"] + codes.codes)
    for (code, row) in zip(codes.codes, codes.table) { table.add([code] + row.map(String.init)) }
    let accuracy = MetricKey(metric: .accuracy)
    let kappa = MetricKey(metric: .kappa)
    return [
      "The same code: \(MetricsTable.value(codes.same, accuracy)) (\(MetricsTable.interval(codes.same, accuracy))), "
        + "kappa \(MetricsTable.value(codes.kappa, kappa)) \(bracketed(codes.kappa, kappa)); A’s codes in rows, B’s in columns"
    ] + table.lines
  }

  private var questions: [String] {
    guard !comparison.agreement.questions.isEmpty else { return [] }
    var table = TextTable([.left, .right, .left])
    let share = MetricKey(metric: .accuracy)
    for question in comparison.agreement.questions {
      table.add([question.id, MetricsTable.value(question.same, share), bracketed(question.same, share)])
    }
    return ["The same answer"] + table.lines
  }

  /// A difference with its sign; shares in percentage points.
  static func signed(_ number: Double?, _ figure: MetricKey) -> String {
    guard let number else { return "–" }
    let isShare = figure.metric.isShare
    let text = isShare ? NumberFormat.decimal(number * 100, digits: 1) : NumberFormat.decimal(number, digits: 3)
    let sign = text.hasPrefix("-") || text.allSatisfy({ "0.".contains($0) }) ? "" : "+"
    return sign + text.replacing("-", with: "−") + (isShare ? " points" : "")
  }

  static func interval(_ estimate: Estimate, _ figure: MetricKey) -> String {
    guard let low = estimate.low, let high = estimate.high else { return estimate.reason ?? "–" }
    return "\(signed(low, figure).replacing(" points", with: "")) to \(signed(high, figure))"
  }

  /// A test's result, as people write it.
  static func probability(_ number: Double) -> String {
    number < 0.001 ? "< 0.001" : NumberFormat.decimal(number, digits: 3)
  }
}

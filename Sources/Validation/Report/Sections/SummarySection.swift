import Dermoscopy
import Foundation

/// The top of the report: what was run, on how many images, and the most important figures.
struct SummarySection {
  let run: RunDescription
  let metrics: RunMetrics

  var markup: Markup {
    """
    <header class="masthead">
    <p class="eyebrow">DermGemma \(run.version) · validate \(run.phase)</p>
    <h1>Validation of <bdi>\(run.readingProtocol.id)</bdi> \(run.readingProtocol.version) on \
    \(NumberFormat.counted(metrics.counts.images + run.failures, "image"))</h1>
    <p class="notice">For research. Nothing on this page is a diagnosis.</p>
    <dl class="facts">\(facts.map { "<div><dt>\($0.name)</dt><dd>\($0.value)</dd></div>" as Markup }.joined())</dl>
    </header>
    <main>
    <section aria-labelledby="summary">
    <h2 id="summary">Summary</h2>
    <div class="cards">\(cards.joined())</div>
    \(remarks)
    </section>

    """
  }

  private var facts: [RunDescription.Fact] {
    let counts = metrics.counts
    var facts = [
      RunDescription.Fact(
        "Judged",
        "\(NumberFormat.counted(metrics.overall.images, "image")) of "
          + NumberFormat.counted(metrics.overall.lesions, "lesion")),
      RunDescription.Fact("Model", run.model.name),
      RunDescription.Fact("Started", run.started.formatted(.iso8601)),
      RunDescription.Fact("Took", NumberFormat.duration(run.elapsed)),
    ]
    var aside: [String] = []
    if counts.unlabelled > 0 { aside.append("\(NumberFormat.count(counts.unlabelled)) without a label") }
    if counts.otherTruths > 0 { aside.append("\(NumberFormat.count(counts.otherTruths)) of other codes") }
    if counts.unanswered > 0 { aside.append("\(NumberFormat.count(counts.unanswered)) without an answer") }
    if run.failures > 0 { aside.append("\(NumberFormat.count(run.failures)) unreadable") }
    if !aside.isEmpty { facts.insert(RunDescription.Fact("Set aside", aside.joined(separator: ", ")), at: 1) }
    if let matching = run.matching { facts.insert(RunDescription.Fact("Labels", matching), at: 1) }
    return facts
  }

  private var remarks: Markup {
    let lines = run.remarks.prefix(Self.shownRemarks).map { "<li>\($0)</li>" as Markup }
    guard !lines.isEmpty else { return .none }
    let rest = run.remarks.count - lines.count
    let more: Markup = rest > 0 ? "<li>and \(NumberFormat.count(rest)) more</li>" : .none
    return """
      <details class="remarks"><summary>\(NumberFormat.counted(run.remarks.count, "remark")) about the input</summary>\
      <ul>\(lines.joined())\(more)</ul></details>
      """
  }

  private static let shownRemarks = 200

  private var cards: [Markup] {
    let panel = metrics.overall
    var cards: [Markup] = []
    if panel.images > 0 {
      let nevus = panel.alwaysNevus.accuracy
      cards.append(card(.accuracy, nil, beside: nevus.value.map { ($0, "always NV: \(NumberFormat.percent($0))") }))
      cards.append(card(.balancedAccuracy, nil, beside: (0.25, "any constant answer: 25\u{202F}% with four codes")))
      cards.append(card(.sensitivity, .melanoma, beside: nil))
      if panel.scored > 0 { cards.append(card(.auc, .melanoma, beside: (0.5, "chance: 0.500"))) }
    }
    cards.append(cleanRate)
    return cards
  }

  private func card(_ metric: Metric, _ code: LesionCode?, beside: (Double, String)?) -> Markup {
    let figure = MetricKey(metric: metric, code: code)
    let estimate = metrics.overall[figure]
    return Card(
      title: figure.title,
      value: NumberFormat.value(estimate, of: metric), interval: NumberFormat.interval(estimate, of: metric),
      estimate: estimate, mark: beside?.0, note: estimate.reason ?? beside?.1 ?? ""
    ).markup
  }

  private var cleanRate: Markup {
    let target = RunMetrics.targetCleanRate
    let estimate = metrics.cleanRate
    let verdict = estimate.value.map { $0 >= target ? "target of 97\u{202F}% met" : "below the target of 97\u{202F}%" }
    return Card(
      title: "Clean rate", value: NumberFormat.value(estimate, of: .accuracy),
      interval: NumberFormat.interval(estimate, of: .accuracy), estimate: estimate, mark: target,
      note: verdict ?? estimate.reason ?? ""
    ).markup
  }
}

/// One figure, large, with its interval on a line from 0 to 1.
struct Card {
  var title: String
  var value: String
  var interval: String
  var estimate: Estimate
  /// Where to compare it with.
  var mark: Double?
  var note: String

  var markup: Markup {
    let interval: Markup = interval.isEmpty ? .none : "<span class=\"ci\">95\u{202F}% CI \(interval)</span>"
    return """
      <div class="card"><h3>\(title)</h3><p class="value">\(value)</p><p class="interval">\(interval)</p>\
      \(RangeLine(estimate, mark: mark).markup)\
      <p class="note">\(note)</p></div>
      """
  }
}

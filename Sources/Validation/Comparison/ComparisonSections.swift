import Dermoscopy
import Foundation
import Records

/// The page of a comparison, except for the images on which the runs disagree.
struct ComparisonSections {
  let comparison: RunComparison

  init(_ comparison: RunComparison) { self.comparison = comparison }

  var opening: Markup {
    let summary = comparison.summary
    let facts = [("A", comparison.first), ("B", comparison.second)].map { letter, open -> Markup in
      "<div><dt>\(letter)</dt><dd><bdi>\(open.name)</bdi>, \(open.run.kind)</dd></div>"
    }
    let remarks = summary.remarks.map { "<li>\($0)</li>" as Markup }
    let told: Markup =
      remarks.isEmpty
      ? .none
      : """
      <details class="remarks" open><summary>\(NumberFormat.counted(remarks.count, "remark")) about the images</summary>\
      <ul>\(remarks.joined())</ul></details>
      """
    return """
      <header class="masthead">
      <p class="eyebrow">DermGemma · compare</p>
      <h1>Two runs on \(NumberFormat.counted(summary.shared - summary.repeats, "image"))</h1>
      <p class="notice">For research. Nothing on this page is a diagnosis.</p>
      <dl class="facts">\(facts.joined())</dl>
      </header>
      <main>
      <section aria-labelledby="summary">
      <h2 id="summary">Summary</h2>
      <div class="cards">\(cards.joined())</div>
      \(told)\(settings)
      </section>

      """
  }

  private var cards: [Markup] {
    var cards: [Markup] = []
    if let figures = comparison.figures {
      for figure in [
        MetricKey(metric: .accuracy), MetricKey(metric: .balancedAccuracy),
        MetricKey(metric: .sensitivity, code: .melanoma),
        MetricKey(metric: .auc, code: .melanoma),
      ] {
        if let difference = figures[figure] { cards.append(card(figure.title, difference, figure)) }
      }
    }
    cards.append(card("Clean rate", comparison.cleanRate, MetricKey(metric: .accuracy)))
    return cards
  }

  private func card(_ title: String, _ one: MetricDifference, _ figure: MetricKey) -> Markup {
    let interval: Markup =
      one.difference.low == nil
      ? .none : "<span class=\"ci\">95\u{202F}% CI \(ComparisonTables.interval(one.difference, figure))</span>"
    let (first, second) = (
      NumberFormat.value(one.first, of: figure.metric), NumberFormat.value(one.second, of: figure.metric)
    )
    let value = ComparisonTables.signed(one.difference.value, figure)
    let unit: Markup = value.hasSuffix(" points") ? " <span class=\"unit\">points</span>" : .none
    return """
      <div class="card"><h3>\(title), B − A</h3><p class="value">\(value.replacing(" points", with: ""))\(unit)</p>\
      <p class="interval">\(interval)</p><p class="note">A \(first), B \(second)</p></div>
      """
  }

  private var settings: Markup {
    guard !comparison.settings.isEmpty else { return "<p class=\"footnote\">They differ in nothing.</p>" }
    let rows = comparison.settings.map { setting -> Markup in
      """
      <tr><th scope="row">\(setting.name)</th><td><bdi>\(setting.first)</bdi></td><td><bdi>\(setting.second)</bdi></td></tr>
      """
    }
    return table("What they differ in", ["They differ in", "A", "B"], rows)
  }

  private func table(_ label: String, _ heads: [String], _ rows: [Markup]) -> Markup {
    let heads = heads.map { "<th scope=\"col\">\($0)</th>" as Markup }
    return """
      <div class="scroll" tabindex="0" role="region" aria-label="\(label)"><table class="figures"><thead><tr>\
      \(heads.joined())</tr></thead><tbody>\(rows.joined())</tbody></table></div>
      """
  }

  var figures: Markup {
    guard let figures = comparison.figures else { return .none }
    let main = rows(figures, Metric.overall.map { MetricKey(metric: $0) } + Self.figures(of: .melanoma))
    let others = rows(figures, LesionCode.allCases.filter { $0 != .melanoma }.flatMap(Self.figures))
    let tests = (comparison.tests.map { ($0.title, $0.test) } + [("Clean outputs", comparison.cleanTest)]).map {
      title, test -> Markup in
      """
      <tr><th scope="row">\(title)</th><td class="number">\(test.both)</td><td class="number">\(test.onlyFirst)</td>\
      <td class="number">\(test.onlySecond)</td><td class="number">\(test.neither)</td>\
      <td class="number">\(ComparisonTables.probability(test.probability))</td></tr>
      """
    }
    return """
      <section aria-labelledby="figures">
      <h2 id="figures">Figures</h2>
      \(table("McNemar’s tests", ["Right in", "both", "A alone", "B alone", "neither", "p (McNemar)"], tests))
      \(table("Figures of both runs", Self.heads, main))
      <details class="groups"><summary>NV, BCC and BKL</summary>\(table("Figures of the other codes", Self.heads, others))</details>
      <p class="footnote">On \(NumberFormat.counted(figures.images, "image")) of \(NumberFormat.counted(figures.lesions, "lesion")) whose \
      truth is one of the four codes and that both runs answered; always NV would have an accuracy of \
      \(NumberFormat.value(figures.alwaysNevus, of: .accuracy)). Intervals are 95\u{202F}%: of differences by percentile bootstrap, the \
      same lesions drawn for both runs (\(NumberFormat.count(figures.method.replicates)) resamples, seed \
      \(String(figures.method.seed))). McNemar’s test is the exact one, two-sided, and takes the images for independent. No \
      allowance is made for looking at many figures.</p>
      </section>

      """
  }

  private static let heads = ["Figure", "A", "B", "B − A"]

  private static func figures(of code: LesionCode) -> [MetricKey] {
    Metric.ofCode.map { MetricKey(metric: $0, code: code) }
  }

  private func rows(_ figures: PairedMetrics, _ shown: [MetricKey]) -> [Markup] {
    shown.compactMap { figure in
      guard let one = figures[figure] else { return nil }
      let cells = [one.first, one.second].map { estimate -> Markup in
        """
        <td class="number">\(NumberFormat.value(estimate, of: figure.metric))\
        <span class="ci">\(NumberFormat.interval(estimate, of: figure.metric))</span></td>
        """
      }
      return """
        <tr><th scope="row">\(figure.title)</th>\(cells.joined())<td class="number">\
        \(ComparisonTables.signed(one.difference.value, figure))<span class="ci">\
        \(ComparisonTables.interval(one.difference, figure))</span></td></tr>
        """
    }
  }

  var agreement: Markup {
    let agreement = comparison.agreement
    var parts: Markup = .none
    if let codes = agreement.codes {
      let rows = zip(codes.codes, codes.table).map { code, row -> Markup in
        "<tr><th scope=\"row\">A \(code)</th>\(row.map { "<td class=\"number\">\($0)</td>" as Markup }.joined())</tr>"
      }
      parts += """
        <p>The same code on \(NumberFormat.value(codes.same, of: .accuracy)) <span class="ci">\
        \(NumberFormat.interval(codes.same, of: .accuracy))</span> of \(NumberFormat.counted(codes.same.count, "image")), kappa \
        \(NumberFormat.value(codes.kappa, of: .kappa)) <span class="ci">\(NumberFormat.interval(codes.kappa, of: .kappa))</span>.</p>
        """
      parts += table("Codes of both runs", ["Code"] + codes.codes.map { "B \($0)" }, rows)
    }
    let questions = agreement.questions.map { question -> Markup in
      """
      <tr><th scope="row">\(question.id)</th><td class="number">\(NumberFormat.value(question.same, of: .accuracy))</td>\
      <td class="ci">\(NumberFormat.interval(question.same, of: .accuracy))</td></tr>
      """
    }
    if !questions.isEmpty {
      parts += table("Answers of both runs", ["The same answer to", "Share", "95\u{202F}% interval"], questions)
    }
    guard !parts.isEmpty else { return .none }
    return "<section aria-labelledby=\"agreement\"><h2 id=\"agreement\">Agreement</h2>\(parts)</section>\n"
  }

  var provenance: Markup {
    let runs = [("A", comparison.first), ("B", comparison.second)].map { letter, open -> Markup in
      let (run, provenance) = (open.run, open.run.provenance)
      let facts: [(String, String)] = [
        ("Kept in", open.name), ("Run", "\(run.id), \(run.state.rawValue)"),
        ("Started", run.started.formatted(.iso8601)),
        ("Protocol SHA-256", provenance.protocolDigest), ("Model", provenance.model),
        ("Weights SHA-256", provenance.weights ?? "unknown"),
        ("Projector SHA-256", provenance.projector ?? "none was used"),
        ("Engine", provenance.engine), ("Seed", provenance.seedText), ("Machine", provenance.machine),
      ]
      let list = facts.map { "<div><dt>\($0.0)</dt><dd><bdi>\($0.1)</bdi></dd></div>" as Markup }
      return """
        <h3>\(letter)</h3><pre class="command"><code>\
        \((["dermgemma"] + run.command).map(RepeatSection.quoted).joined(separator: " "))</code></pre>\
        <dl class="provenance">\(list.joined())</dl>
        """
    }
    return """
      <section aria-labelledby="repeat">
      <h2 id="repeat">How the runs were made</h2>
      \(runs.joined())
      </section>
      </main>

      """
  }
}

import Dermoscopy

/// Every figure by code, and the main ones by group.
struct MetricsSection {
  let metrics: RunMetrics

  private static let ofCode: [Metric] = [
    .sensitivity, .specificity, .positivePredictiveValue, .negativePredictiveValue, .f1, .auc, .averagePrecision,
    .sensitivityAt80, .sensitivityAt95,
  ]

  var markup: Markup {
    guard metrics.overall.images > 0 else { return .none }
    return """
      <section aria-labelledby="figures">
      <h2 id="figures">Figures</h2>
      \(overall)\(byCode)
      <p class="footnote">Intervals are 95\u{202F}%: Wilson’s for shares of images, percentile bootstrap over lesions for the \
      others (\(NumberFormat.count(metrics.method.replicates)) resamples, seed \(String(metrics.method.seed))). Figures rest on \
      images whose truth is one of the four codes; the probability’s figures rest on its ranking, whatever code was answered.\(challenge)</p>
      \(groups)
      </section>

      """
  }

  private var challenge: Markup {
    guard let score = metrics.challenge else { return .none }
    let estimate = score.balancedAccuracy
    return """
       As the ISIC challenge scores it, the balanced accuracy is \(NumberFormat.value(estimate, of: .balancedAccuracy)) \
      (\(NumberFormat.interval(estimate, of: .balancedAccuracy))): \(score.sentences.joined(separator: "; ")).
      """
  }

  private var overall: Markup {
    let panel = metrics.overall
    let rows = Metric.overall.map { metric in row(metric.title, panel[MetricKey(metric: metric)], metric) }
    let majority = panel.alwaysMajority
    let baselines = [
      row("Accuracy of always NV", panel.alwaysNevus.accuracy, .accuracy),
      majority.code == .nevus
        ? .none : row("Accuracy of always \(majority.code.rawValue)", majority.accuracy, .accuracy),
      panel.confusion.rows.count > 4
        ? row("Accuracy, other codes counted as wrong", panel.accuracyOfAllLabelled, .accuracy) : .none,
    ]
    return """
      <div class="scroll" tabindex="0" role="region" aria-label="Figures of the run"><table class="figures"><thead><tr>\
      <th scope="col">All codes</th><th scope="col">Figure</th><th scope="col">95\u{202F}% interval</th>\
      <th scope="col">Images</th></tr></thead><tbody>\(rows.joined())\(baselines.joined())</tbody></table></div>
      """
  }

  private func row(_ title: String, _ estimate: Estimate, _ metric: Metric) -> Markup {
    let interval = estimate.reason.map { "not computable: \($0)" } ?? NumberFormat.interval(estimate, of: metric)
    return """
      <tr><th scope="row">\(title)</th><td class="number">\(NumberFormat.value(estimate, of: metric))</td>\
      <td class="ci">\(interval)</td><td class="number">\(NumberFormat.count(estimate.count))</td></tr>
      """
  }

  private var byCode: Markup {
    let head = metrics.overall.codes.map { panel -> Markup in
      """
      <th scope="col"><span class="key \(panel.code.rawValue.lowercased())"></span>\(panel.code.rawValue) \
      <span class="ci">n = \(NumberFormat.count(panel.images))</span></th>
      """
    }
    let rows = Self.ofCode.map { metric -> Markup in
      let cells = LesionCode.allCases.map { cell(metrics.overall[MetricKey(metric: metric, code: $0)], metric) }
      return "<tr><th scope=\"row\">\(metric.title)</th>\(cells.joined())</tr>"
    }
    return """
      <div class="scroll" tabindex="0" role="region" aria-label="Figures by code"><table class="figures"><thead><tr>\
      <th scope="col">By code</th>\(head.joined())</tr></thead><tbody>\(rows.joined())</tbody></table></div>
      """
  }

  private func cell(_ estimate: Estimate, _ metric: Metric) -> Markup {
    if let reason = estimate.reason {
      return
        "<td class=\"number none\" title=\"\(reason)\">–<span class=\"unseen\">not computable: \(reason)</span></td>"
    }
    return """
      <td class="number">\(NumberFormat.value(estimate, of: metric))\
      <span class="ci">\(NumberFormat.interval(estimate, of: metric))</span></td>
      """
  }

  private var groups: Markup {
    let shown: [MetricKey] = [
      MetricKey(metric: .accuracy), MetricKey(metric: .balancedAccuracy),
      MetricKey(metric: .sensitivity, code: .melanoma), MetricKey(metric: .specificity, code: .melanoma),
      MetricKey(metric: .auc, code: .melanoma),
    ]
    let head = shown.map { "<th scope=\"col\">\($0.title)</th>" as Markup }
    let tables = metrics.groupings.map { grouping -> Markup in
      let rows = grouping.groups.map { group -> Markup in
        let cells = shown.map { cell(group.panel[$0], $0.metric) }
        return """
          <tr><th scope="row"><bdi>\(group.value)</bdi> <span class="ci">n = \(NumberFormat.count(group.panel.images))</span></th>\
          \(cell(group.panel.alwaysNevus.accuracy, .accuracy))\(cells.joined())</tr>
          """
      }
      return """
        <div class="scroll" tabindex="0" role="region" aria-label="Figures by \(grouping.key)"><table class="figures">\
        <thead><tr><th scope="col">By \(grouping.key)</th><th scope="col">Always NV</th>\(head.joined())</tr></thead>\
        <tbody>\(rows.joined())</tbody></table></div>
        """
    }
    guard !tables.isEmpty else { return .none }
    return "<details class=\"groups\"><summary>By site, sex and age</summary>\(tables.joined())</details>"
  }
}

import AuditStatistics
import Validation

/// Figures as a table: what, how many of 100, what other lesions might have given, what to compare with.
struct FigureTable {
  /// Read aloud by a screen reader; no section of the page has the same.
  var name: String
  var figures: [AuditFigure]
  /// Whether each row says what the figure measures; else only what it belongs to.
  var isTitled = true

  var markup: Markup {
    guard !figures.isEmpty else { return .none }
    return """
      <div class="scroll" tabindex="0" role="region" aria-label="Figures: \(name)"><table class="figures"><thead><tr>\
      <th scope="col">\(isTitled ? "What was counted" : name)</th><th scope="col">Result</th>\
      <th scope="col">Other lesions might give</th><th scope="col">To compare</th><th scope="col">Images</th></tr></thead>\
      <tbody>\(figures.map(row).joined())</tbody></table></div>
      """
  }

  private func row(_ figure: AuditFigure) -> Markup {
    let text = FigureText(figure)
    let subject = text.subject
    let title: Markup =
      isTitled
      ? "\(figure.measure.title)\(subject.isEmpty ? .none : ": <bdi>\(subject)</bdi>" as Markup)"
      : "<bdi>\(subject)</bdi>"
    if let reason = figure.estimate.reason {
      return """
        <tr><th scope="row">\(title)</th><td class="number">–</td><td colspan="2" class="quiet">not measured: \(reason)</td>\
        <td class="number">\(NumberFormat.count(figure.estimate.count))</td></tr>
        """
    }
    return """
      <tr><th scope="row">\(title)</th><td class="number">\(text.value)</td><td class="number">\(text.interval)</td>\
      <td class="quiet">\(text.floor ?? "")</td><td class="number">\(NumberFormat.count(figure.estimate.count))</td></tr>
      """
  }
}

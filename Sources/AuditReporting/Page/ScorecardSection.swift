import AuditStatistics
import Validation

/// The twelve numbers, each with its sentence, its interval on a line and its floor.
struct ScorecardSection {
  let report: AuditReport

  var markup: Markup {
    """
    <section aria-labelledby="scorecard">
    <h2 id="scorecard">Twelve numbers</h2>
    <p class="lead">On each line, the dot is what was counted, the thick part is what other lesions of the same kind might \
    have given, and the upright stroke is where it would be if nothing but chance were at work.</p>
    <ol class="cards scores">\(report.figures.scorecard.entries.map(card).joined())</ol>
    </section>

    """
  }

  private func card(_ entry: Scorecard.Entry) -> Markup {
    let main = entry.figures.first
    guard let main, entry.isMeasured else {
      return """
        <li class="card unmeasured"><h3><span class="rank">\(entry.number)</span> \(entry.title)</h3>\
        <p class="value">–</p><p class="sentence">\(entry.sentence)</p></li>
        """
    }
    let text = FigureText(main)
    let headline = text.headline
    let unit: Markup = headline.unit.isEmpty ? .none : " <span class=\"unit\">\(headline.unit)</span>"
    // One lesion asked again compares with nothing.
    let floor: Markup =
      main.estimate.count > 1 ? text.floor.map { "<p class=\"note\">To compare: \($0).</p>" } ?? .none : .none
    return """
      <li class="card"><h3><span class="rank">\(entry.number)</span> \(entry.title)</h3>\
      <p class="value">\(headline.number)\(unit)</p>\
      \(RangeLine(main.estimate, mark: main.floor?.estimate.value).markup)\
      <p class="sentence">\(entry.sentence)</p>\(floor)</li>
      """
  }
}

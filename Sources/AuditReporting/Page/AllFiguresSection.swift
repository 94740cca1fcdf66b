import AuditStatistics
import Validation

/// Every figure under the name that it has in `audit.json`, folded away.
struct AllFiguresSection {
  let report: AuditReport

  var markup: Markup {
    let figures = report.figures
    let rows = figures.figures.map { figure -> Markup in
      let estimate = figure.estimate
      return """
        <tr><th scope="row"><code>\(figure.measure.rawValue)</code> <bdi>\(FigureText(figure).subject)</bdi></th>\
        <td class="number">\(number(estimate.value))</td><td class="number">\(number(estimate.low))</td>\
        <td class="number">\(number(estimate.high))</td><td class="number">\(number(figure.floor?.estimate.value))</td>\
        <td class="number">\(NumberFormat.count(estimate.count))</td></tr>
        """
    }
    return """
      <section aria-labelledby="all">
      <h2 id="all">Every figure</h2>
      <p class="lead">For your own analysis: audit.json has these with all digits and the reason of each gap, audit.csv every \
      answer. The project’s docs/AUDIT.md defines each name.</p>
      <details class="groups unprinted"><summary>\(NumberFormat.counted(figures.figures.count, "figure"))</summary>\
      <div class="scroll" tabindex="0" role="region" aria-label="Table of every figure"><table class="figures"><thead><tr>\
      <th scope="col">Name</th><th scope="col">Value</th><th scope="col">From</th><th scope="col">To</th>\
      <th scope="col">Floor</th><th scope="col">Images</th></tr></thead><tbody>\(rows.joined())</tbody></table></div></details>
      <p class="footnote">Intervals are 95\u{202F}%: \(figures.method.intervals), \
      \(NumberFormat.count(figures.method.replicates)) resamples from seed \(String(figures.method.seed)); of shares that are \
      0 or 1 they are Wilson’s over lesions. No allowance is made for looking at many figures.</p>
      </section>

      """
  }

  private func number(_ value: Double?) -> String {
    value.map { NumberFormat.decimal($0, digits: 3).replacing("-", with: "−") } ?? "–"
  }
}

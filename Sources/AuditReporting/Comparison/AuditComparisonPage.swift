import AuditStatistics
import Documents
import Validation

/// The page of two audits.
struct AuditComparisonPage {
  private static let style = Markup(resource: EmbeddedDocument.auditStyle.bytes)

  let comparison: AuditComparison

  init(_ comparison: AuditComparison) { self.comparison = comparison }

  var markup: Markup {
    PageFrame.opening(title: "Comparison of two audits", styles: Self.style) + opening + scorecard + figures
      + provenance
      + PageFrame.closing
  }

  private var sides: [(letter: String, audit: AuditFolder)] { [("A", comparison.first), ("B", comparison.second)] }

  private var opening: Markup {
    let differences = comparison.differences
    let facts = sides.map { letter, audit -> Markup in
      """
      <div><dt>\(letter)</dt><dd><bdi>\(audit.name)</bdi>, <bdi>\(audit.provenance.model ?? "a table of answers")</bdi></dd></div>
      """
    }
    let left: Markup =
      comparison.leftOut.isEmpty
      ? .none
      : """
      <p class="quiet">Left out of both, because it does not apply to one: \(comparison.leftOut.joined(separator: ", ")).</p>
      """
    return """
      <header class="masthead">
      <p class="eyebrow">DermGemma · compare</p>
      <h1>Which of two is more robust?</h1>
      <p class="notice">For research. Nothing on this page is a diagnosis.</p>
      <p class="lead"><b>\(comparison.summary)</b> On \(NumberFormat.counted(differences.images, "image")) of \
      \(NumberFormat.counted(differences.lesions, "lesion")), the same in both. A number speaks for one of them only if other \
      lesions of the same kind would have said so too.</p>
      <dl class="facts">\(facts.joined())</dl>
      \(left)
      </header>
      <main>

      """
  }

  private var scorecard: Markup {
    let cards = comparison.differences.entries.map { entry -> Markup in
      let words: Markup =
        switch AuditComparison.verdict(entry) {
        case .a: "A is better"
        case .b: "B is better"
        case .unclear: "no clear difference"
        case .notMeasured: "not measured"
        }
      return """
        <li class="card"><h3><span class="rank">\(entry.number)</span> \(entry.title)</h3><p class="better">\(words)</p>\
        \(line(entry.figures.first))<p class="sentence">\(AuditComparison.sentence(entry))</p></li>
        """
    }
    return """
      <section aria-labelledby="scorecard">
      <h2 id="scorecard">Twelve numbers</h2>
      <p class="lead">On each line, the dot is B less A, the thick part is what other lesions of the same kind might have given, \
      and the upright stroke is no difference.</p>
      <ol class="cards scores">\(cards.joined())</ol>
      </section>

      """
  }

  /// The difference on a line from −1 to 1.
  private func line(_ figure: AuditDifference?) -> Markup {
    guard let figure, figure.measure.unit != .codes, let value = figure.difference.value else { return .none }
    func half(_ number: Double?) -> Double? { number.map { ($0 + 1) / 2 } }
    let moved = Estimate(
      value: (value + 1) / 2, low: half(figure.difference.low), high: half(figure.difference.high),
      count: figure.difference.count)
    return RangeLine(moved, mark: 0.5).markup
  }

  private var figures: Markup {
    let rows = comparison.differences.entries.flatMap(\.figures).map { figure -> Markup in
      let unit = figure.measure.unit
      func cell(_ estimate: Estimate) -> Markup {
        let interval =
          if let low = estimate.low, let high = estimate.high {
            "\(FigureText.number(low, unit)) to \(FigureText.number(high, unit))"
          } else { estimate.reason ?? "" }
        return """
          <td class="number">\(estimate.value.map { FigureText.number($0, unit) } ?? "–")<span class="ci">\(interval)</span></td>
          """
      }
      return """
        <tr><th scope="row">\(figure.measure.title)</th>\(cell(figure.first))\(cell(figure.second))\(cell(figure.difference))\
        <td class="number">\(NumberFormat.count(figure.difference.count))</td></tr>
        """
    }
    return """
      <section aria-labelledby="figures">
      <h2 id="figures">Both in figures</h2>
      <div class="scroll" tabindex="0" role="region" aria-label="Table of both in figures"><table class="figures"><thead><tr>\
      <th scope="col">What was counted, of 100</th><th scope="col">A</th><th scope="col">B</th><th scope="col">B less A</th>\
      <th scope="col">Images</th></tr></thead><tbody>\(rows.joined())</tbody></table></div>
      <p class="footnote">Intervals are 95\u{202F}%, by drawing lesions, the same ones for A and B; those of what cannot be \
      excluded by halving the lesions, alike in both. No allowance is made for looking at many figures.</p>
      </section>

      """
  }

  private var provenance: Markup {
    let audits = sides.map { letter, audit -> Markup in
      let known: [(String, String?)] = [
        ("Kept in", audit.name), ("Started", audit.provenance.started), ("Protocol", audit.provenance.protocolName),
        ("Protocol SHA-256", audit.provenance.protocolDigest), ("Model", audit.provenance.model),
        ("Weights SHA-256", audit.provenance.weights), ("Projector SHA-256", audit.provenance.projector),
        ("Engine", audit.provenance.engine), ("Seed", audit.provenance.seed.map(String.init)),
      ]
      let list = known.compactMap { name, value in
        value.map { "<div><dt>\(name)</dt><dd><bdi>\($0)</bdi></dd></div>" as Markup }
      }
      return """
        <h3>\(letter)</h3><pre class="command"><code>\
        \(audit.provenance.command.map(RepeatSection.quoted).joined(separator: " "))</code></pre>\
        <dl class="provenance">\(list.joined())</dl>
        """
    }
    return """
      <section aria-labelledby="repeat">
      <h2 id="repeat">How the audits were made</h2>
      \(audits.joined())
      </section>
      </main>

      """
  }
}

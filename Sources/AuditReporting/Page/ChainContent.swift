import AuditStatistics
import Dermoscopy
import Validation

/// Words beside conclusions, and what changed notes do.
struct ChainContent {
  let report: AuditReport

  var markup: Markup {
    """
    \(WordTable(words: report.illustrations.words).markup)\
    \(FigureTable(name: "From notes to conclusions", figures: figures).markup)\
    \(folded("Note by note", FigureTable(name: "Note by note", figures: byArm).markup))
    """
  }

  private var figures: [AuditFigure] {
    report.overall([
      .plantedEffect, .plantedHits, .falseAlarms, .noteToward, .noteAway, .noteShift, .swapTheirs, .swapOwn,
    ]) + report.all([.interventionBalancedAccuracy, .interventionGain])
      + report.overall([.phantomWordMoves, .phantomOthersStay, .phantomOnlyItsWord])
  }

  /// An arm whose change has no expected direction has no such figure, which is not the same as not measured.
  private var byArm: [AuditFigure] {
    (report.single(.plantedEffect) + report.single(.noteToward) + report.single(.noteShift)
      + report.single(.phantomOnlyItsWord)).filter { $0.estimate.reason == nil }
  }
}

/// A heat map: for each word that was noted, how probable it then held each diagnosis.
struct WordTable {
  /// The most words of a question.
  private static let most = 12

  let words: [AuditIllustrations.WordConclusion]

  var markup: Markup {
    guard !words.isEmpty else { return .none }
    var questions: [String] = []
    for word in words where questions.last != word.question { questions.append(word.question) }
    let heads = LesionCode.allCases.map { code -> Markup in
      "<th scope=\"col\"><abbr title=\"\(code.diagnosis)\">\(code.rawValue)</abbr></th>"
    }
    let bodies = questions.map { question -> Markup in
      let all = words.filter { $0.question == question }
      let rest = all.count - Self.most
      let more: Markup =
        rest > 0
        ? "<tr><td colspan=\"6\" class=\"quiet\">and \(NumberFormat.counted(rest, "word")) more</td></tr>" : .none
      return """
        <tbody><tr><th scope="rowgroup" colspan="6" class="family"><bdi>\(question)</bdi></th></tr>\
        \(all.prefix(Self.most).map(row).joined())\(more)</tbody>
        """
    }
    return """
      <h3 class="worst">What it concludes beside each word that it notes</h3>
      <div class="scroll" tabindex="0" role="region" aria-label="Conclusions beside words"><table class="figures heat"><thead>\
      <tr><th scope="col">Word</th><th scope="col">Pictures</th>\(heads.joined())</tr></thead>\(bodies.joined())</table></div>
      <p class="footnote">The mean probability of each diagnosis, of 100, on the originals with this word. If the rows of a question \
      all look alike, its answer does not matter for the conclusion.</p>
      """
  }

  private func row(_ word: AuditIllustrations.WordConclusion) -> Markup {
    let cells = word.probabilities.map { share -> Markup in
      let opacity = Markup(text: NumberFormat.decimal(share * 0.7, digits: 2))
      return """
        <td><svg class="shade" viewBox="0 0 1 1" preserveAspectRatio="none" aria-hidden="true"><rect width="1" height="1" \
        fill-opacity="\(opacity)"/></svg><span>\(FigureText.number(share, .share))</span></td>
        """
    }
    return """
      <tr><th scope="row"><bdi>\(word.word)</bdi></th><td class="number">\(NumberFormat.count(word.images))</td>\(cells.joined())</tr>
      """
  }
}

import AuditStatistics
import Validation

/// What its probabilities are worth.
struct ChanceContent {
  let report: AuditReport

  var markup: Markup {
    let drawings = [RiskCurve(report: report).markup, ReliabilityCurve(report: report).markup].joined()
    return """
      \(drawings.isEmpty ? .none : "<div class=\"plots\">\(drawings)</div>" as Markup)\
      \(FigureTable(name: "Does it know when it errs?", figures: figures).markup)\
      \(FigureTable(name: "What it cannot exclude", figures: sets).markup)\
      <p class="footnote">The list of what it cannot exclude is drawn up so that it holds the truth for 90 of 100 cases of each \
      diagnosis, if new pictures are like those it was drawn up on. With few cases it is luck whether it does; a diagnosis with fewer than nine is on every list.</p>\
      \(FigureTable(name: "What is none of the four diagnoses", figures: scope).markup)
      """
  }

  private var figures: [AuditFigure] {
    report.overall([
      .errorRate, .errorsAt80, .melanomasMissedAt80, .aurc, .calibrationError, .shiftedCalibrationError, .seedFlips,
      .closeSeedFlips, .codeEntropy,
    ])
  }

  private var sets: [AuditFigure] { report.all([.coverage, .setSize, .shiftedCoverage, .shiftedSetSize]) }
  private var scope: [AuditFigure] { report.all([.scopeArea, .scopeConfident]).filter { $0.estimate.count > 0 } }
}

/// Wrong answers among those kept, by how many are kept.
struct RiskCurve {
  let report: AuditReport

  var markup: Markup {
    let points = report.figures.riskCoverage
    guard points.count > 1 else { return .none }
    let most = max(points.map(\.risk).max() ?? 0, 0.1)
    let top = min((most * 10).rounded(.up) / 10, 1)
    let ticks = stride(from: 0, through: top + 1e-9, by: top > 0.5 ? 0.2 : 0.1).map {
      (at: $0, label: String(Int(($0 * 100).rounded())))
    }
    let frame = ChartFrame(
      height: 312, horizontal: 0...1, vertical: 0...top, below: ChartFrame.hundred, beside: ticks,
      horizontalTitle: "Answers kept, of 100, the surest first", verticalTitle: "Wrong, of 100 kept")
    let drawn = Self.thinned(points)
    let (kept, all) = (report.figures[.errorsAt80]?.estimate.value, report.figures[.errorRate]?.estimate.value)
    let mark: Markup =
      kept.map {
        """
        <line class="chance" x1="\(frame.x(0.8))" y1="\(frame.y(0))" x2="\(frame.x(0.8))" y2="\(frame.y(top))"/>\
        <circle class="dot mel" cx="\(frame.x(0.8))" cy="\(frame.y($0))" r="4.5"/>
        """
      } ?? .none
    let said =
      "\(kept.map { FigureText.number($0, .share) } ?? "–") wrong of 100 when 80 of 100 are kept, "
      + "\(all.map { FigureText.number($0, .share) } ?? "–") when all are"
    return """
      <figure><figcaption>What setting aside the least sure answers gains</figcaption>\
      \(frame.drawing(
        mark + frame.line(drawn.map { ($0.coverage, $0.risk) }, class: "all"),
        summary: "Wrong answers by how many are kept: \(said)"))\
      <p class="legend-title">\(said).</p></figure>
      """
  }

  /// At most `most` points, the first and the last among them; the left end of the curve is a few images.
  private static func thinned(_ points: [AuditFigures.RiskPoint]) -> [AuditFigures.RiskPoint] {
    let most = 400
    guard points.count > most else { return points }
    return (0..<most).map { points[$0 * (points.count - 1) / (most - 1)] }
  }
}

/// Its probabilities beside what came true, on originals and on changed pictures.
struct ReliabilityCurve {
  let report: AuditReport

  var markup: Markup {
    let (plain, shifted) = (report.figures.reliability, report.figures.shiftedReliability)
    guard plain.bins.contains(where: { $0.images > 0 }) else { return .none }
    let frame = ChartFrame(
      height: 312, horizontal: 0...1, vertical: 0...1, below: ChartFrame.hundred, beside: ChartFrame.hundred,
      horizontalTitle: "Probability it gave its answer, of 100", verticalTitle: "Right, of 100")
    let plot = frame.drawing(
      frame.diagonal + series(shifted, "mel", in: frame) + series(plain, "all", in: frame),
      summary: "How often it was right, by its probability. Originals: \(said(plain)). "
        + (shifted.bins.contains { $0.images > 0 } ? "Pictures of middling quality: \(said(shifted))." : ""))
    let other: Markup =
      shifted.bins.contains { $0.images > 0 }
      ? "<li><span class=\"key mel\"></span>pictures of middling quality</li>" : .none
    return """
      <figure><figcaption>Is it as often right as it says?</figcaption>\(plot)\
      <ul class="legend"><li><span class="key all"></span>originals</li>\(other)</ul>\
      <p class="legend-title">Below the dashed line it is too sure of itself. Larger dots stand for more answers.</p></figure>
      """
  }

  private func said(_ bins: CalibrationBins) -> String {
    bins.bins.compactMap { bin in
      guard let mean = bin.meanProbability, let share = bin.frequency else { return nil }
      return "\(NumberFormat.percent(mean, digits: 0)) given, \(NumberFormat.percent(share, digits: 0)) right"
    }.joined(separator: "; ")
  }

  private func series(_ bins: CalibrationBins, _ key: String, in frame: ChartFrame) -> Markup {
    let most = Double(max(bins.bins.map(\.images).max() ?? 1, 1))
    let points = bins.bins.compactMap { bin -> (Double, Double, Double)? in
      guard let mean = bin.meanProbability, let share = bin.frequency else { return nil }
      return (mean, share, 2.5 + 4.5 * (Double(bin.images) / most).squareRoot())
    }
    let dots = points.map { mean, share, radius -> Markup in
      "<circle class=\"dot \(key)\" cx=\"\(frame.x(mean))\" cy=\"\(frame.y(share))\" r=\"\(radius)\"/>"
    }
    return frame.line(points.map { ($0.0, $0.1) }, class: key) + dots.joined()
  }
}

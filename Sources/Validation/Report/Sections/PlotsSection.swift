import Dermoscopy

/// The drawings.
struct PlotsSection {
  let examinations: [Prediction]
  let metrics: RunMetrics

  var markup: Markup {
    let panel = metrics.overall
    guard panel.confusion.rows.contains(where: { $0.total > 0 }) else { return .none }
    var plots = [ConfusionPlot(matrix: panel.confusion).markup]
    let curves = CurvePlots(examinations, panel: panel)
    if panel.scored > 0, !curves.isEmpty {
      let reliability = ReliabilityPlots(examinations, panel: panel)
      plots += [curves.receiverOperating, curves.precisionRecall, reliability.calibration, reliability.sureness]
    }
    return """
      <section aria-labelledby="plots">
      <h2 id="plots">Curves</h2>
      <div class="plots">\(plots.joined())</div>
      </section>

      """
  }
}

import Dermoscopy

/// ROC and precision-recall of the four codes' probabilities.
struct CurvePlots {
  private let curves: [(code: LesionCode, steps: [ScoreRanking.Step], positives: Int, negatives: Int)]
  private let panel: MetricsPanel

  init(_ examinations: [Prediction], panel: MetricsPanel) {
    self.panel = panel
    let cohort = Cohort(examinations.filter { $0.truthIndex != nil && $0.predicted != nil })
    let evaluation = Evaluation(cohort.examinations)
    let weights = cohort.unitWeights
    curves = LesionCode.allCases.compactMap { code in
      guard let ranking = evaluation.ranking(of: code) else { return nil }
      let totals = ranking.totals(weights)
      guard totals.positives > 0 else { return nil }
      return (code, ranking.steps(weights), totals.positives, totals.negatives)
    }
  }

  /// Whether there is nothing to draw.
  var isEmpty: Bool { curves.isEmpty }

  var receiverOperating: Markup {
    let drawn = curves.filter { $0.negatives > 0 }
    let lines = drawn.map { curve in
      let points = curve.steps.map {
        (Double($0.falsePositives) / Double(curve.negatives), Double($0.truePositives) / Double(curve.positives))
      }
      return PlotFrame.line([(0, 0)] + points, class: curve.code.rawValue.lowercased())
    }
    let plot = PlotFrame(horizontal: "1 − specificity", vertical: "Sensitivity").drawing(
      lines.joined(), summary: "ROC curves. " + summary(.auc), diagonal: true)
    return figure("ROC", plot, legend(drawn.map(\.code), .auc))
  }

  var precisionRecall: Markup {
    let lines = curves.map { curve in
      var points: [(Double, Double)] = []
      var recall = 0.0
      for step in curve.steps where step.truePositives + step.falsePositives > 0 {
        let precision = Double(step.truePositives) / Double(step.truePositives + step.falsePositives)
        points.append((recall, precision))
        recall = Double(step.truePositives) / Double(curve.positives)
        points.append((recall, precision))
        if step.truePositives == curve.positives { break }
      }
      return PlotFrame.line(points, class: curve.code.rawValue.lowercased())
    }
    let plot = PlotFrame(horizontal: "Recall", vertical: "Precision").drawing(
      lines.joined(), summary: "Precision-recall curves. " + summary(.averagePrecision))
    return figure("Precision and recall", plot, legend(curves.map(\.code), .averagePrecision))
  }

  private func summary(_ metric: Metric) -> String {
    curves.map { curve in
      let estimate = panel[MetricKey(metric: metric, code: curve.code)]
      return "\(curve.code.rawValue): \(metric.title) \(NumberFormat.value(estimate, of: metric))"
    }.joined(separator: "; ")
  }

  private func legend(_ codes: [LesionCode], _ metric: Metric) -> Markup {
    let rows = codes.map { code -> Markup in
      let estimate = panel[MetricKey(metric: metric, code: code)]
      let interval = NumberFormat.interval(estimate, of: metric)
      return """
        <li><span class="key \(code.rawValue.lowercased())"></span>\(code.rawValue) \
        <b>\(NumberFormat.value(estimate, of: metric))</b> <span class="ci">\(interval)</span></li>
        """
    }
    return "<p class=\"legend-title\">\(metric.title)</p><ul class=\"legend\">\(rows.joined())</ul>"
  }
}

/// A drawing with its title above and its legend below.
package func figure(_ title: String, _ plot: Markup, _ legend: Markup) -> Markup {
  "<figure><figcaption>\(title)</figcaption>\(plot)\(legend)</figure>"
}

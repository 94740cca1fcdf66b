import Dermoscopy

/// Reliability diagrams, and how confident the model is when it is right and when it is wrong.
struct ReliabilityPlots {
  private var confidence = CalibrationBins()
  private var melanoma = CalibrationBins()
  private let panel: MetricsPanel

  init(_ examinations: [Prediction], panel: MetricsPanel) {
    self.panel = panel
    for one in examinations where one.predicted != nil {
      guard let truth = one.truthIndex, let scores = one.probabilities else { continue }
      melanoma.add(scores[0], hit: truth == 0)
      let likeliest = (1..<4).reduce(0) { scores[$1] > scores[$0] ? $1 : $0 }
      confidence.add(scores[likeliest], hit: truth == likeliest)
    }
  }

  var calibration: Markup {
    let marks = series(confidence, "all") + series(melanoma, "mel")
    let error = NumberFormat.value(panel[MetricKey(metric: .calibrationError)], of: .calibrationError)
    let plot = PlotFrame(horizontal: "Probability given", vertical: "Share that was right").drawing(
      marks, summary: "Calibration curve. Expected calibration error \(error).", diagonal: true)
    return figure(
      "Calibration", plot,
      """
      <p class="legend-title">ECE \(error), Brier \(NumberFormat.value(panel[MetricKey(metric: .brier)], of: .brier))</p>\
      <ul class="legend"><li><span class="key all"></span>the most probable code</li>\
      <li><span class="key mel"></span>melanoma</li></ul>
      """)
  }

  private func series(_ bins: CalibrationBins, _ name: String) -> Markup {
    let most = bins.bins.map(\.images).max() ?? 0
    let points = bins.bins.compactMap { bin -> (Double, Double, Int)? in
      guard let mean = bin.meanProbability, let frequency = bin.frequency else { return nil }
      return (mean, frequency, bin.images)
    }
    let dots = points.map { mean, frequency, images -> Markup in
      let radius = 2.5 + 4.5 * (Double(images) / Double(max(most, 1))).squareRoot()
      return """
        <circle class="dot \(name)" cx="\(PlotFrame.x(mean))" cy="\(PlotFrame.y(frequency))" r="\(radius)">\
        <title>\(NumberFormat.counted(images, "image")), mean probability \(NumberFormat.decimal(mean, digits: 2)), \
        \(NumberFormat.percent(frequency)) right</title></circle>
        """
    }
    return PlotFrame.line(points.map { ($0.0, $0.1) }, class: name) + dots.joined()
  }

  /// Images by the probability of their most probable code, right ones below and wrong ones above.
  var sureness: Markup {
    let most = max(confidence.bins.map(\.images).max() ?? 0, 1)
    let bars = confidence.bins.enumerated().map { index, bin -> Markup in
      let left = PlotFrame.x(Double(index) / 10) + 1.5
      let width = PlotFrame.sideX / 10 - 3
      let right = Double(bin.hits) / Double(most)
      let all = Double(bin.images) / Double(most)
      return """
        <rect class="right" x="\(left)" y="\(PlotFrame.y(right))" width="\(width)" \
        height="\(PlotFrame.y(0) - PlotFrame.y(right))"/>\
        <rect class="wrong" x="\(left)" y="\(PlotFrame.y(all))" width="\(width)" \
        height="\(PlotFrame.y(right) - PlotFrame.y(all))"><title>\(NumberFormat.counted(bin.images, "image")), \
        \(bin.hits) right</title></rect>
        """
    }
    let plot = PlotFrame(horizontal: "Highest probability", vertical: "Images, the fullest bar being 1").drawing(
      bars.joined(),
      summary: "Images by their highest probability: "
        + confidence.bins.map { "\($0.images) images, \($0.hits) right" }.joined(separator: "; "))
    return figure(
      "Probabilities", plot,
      """
      <p class="legend-title">The fullest bar has \(NumberFormat.counted(most, "image"))</p>\
      <ul class="legend"><li><span class="key right"></span>right</li><li><span class="key wrong"></span>wrong</li></ul>
      """)
  }
}

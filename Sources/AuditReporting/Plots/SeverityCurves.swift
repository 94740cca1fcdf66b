import AuditStatistics
import Validation

/// For each change of the picture, a small drawing: lesions named correctly and melanomas pointed out, by strength.
struct SeverityCurves {
  private struct Curve {
    var name: String
    var right: [(dose: Int, estimate: Estimate)]
    var melanomas: [(dose: Int, estimate: Estimate)]
    var drop: Double
  }

  private let curves: [Curve]
  private let right: Estimate?
  private let melanomas: Estimate?

  init(report: AuditReport) {
    let figures = report.figures
    right = figures[.balancedAccuracy]?.estimate
    melanomas = figures[.melanomaSensitivity]?.estimate
    var names: [String] = []
    for figure in report.single(.cameraBalancedAccuracy) where !names.contains(figure.arm ?? "") {
      names.append(figure.arm ?? "")
    }
    func points(_ measure: AuditMeasure, _ name: String) -> [(dose: Int, estimate: Estimate)] {
      figures.figures.filter { $0.measure == measure && $0.arm == name && $0.estimate.value != nil }
        .map { ($0.dose ?? 0, $0.estimate) }.sorted { $0.0 < $1.0 }
    }
    curves = names.map { name in
      Curve(
        name: name, right: points(.cameraBalancedAccuracy, name), melanomas: points(.cameraMelanomaSensitivity, name),
        drop: figures[.cameraArmDrop, arm: name]?.estimate.value ?? 0)
    }.filter { !$0.right.isEmpty }.sorted { ($1.drop, $0.name) < ($0.drop, $1.name) }
  }

  var markup: Markup {
    guard !curves.isEmpty else { return .none }
    return """
      <ul class="legend keys"><li><span class="key all"></span>lesions of 100 named correctly, each diagnosis counting the \
      same; the shade is what other lesions might give</li><li><span class="key mel"></span>melanomas of 100 pointed out</li>\
      <li>dashed: guessing names 25</li></ul>
      <div class="small-plots">\(curves.map(drawing).joined())</div>
      <p class="footnote">Strength 0 is the original. The change that costs most comes first. A melanoma counts as pointed out at \
      the level of suspicion that leaves 80 of 100 other originals alone.</p>
      """
  }

  private func drawing(_ curve: Curve) -> Markup {
    let last = Double(max(curve.right.last?.dose ?? 1, 1))
    let strengths = [0] + curve.right.map(\.dose).filter { $0 != 0 }
    let frame = ChartFrame(
      width: 200, height: 132, horizontal: 0...last, vertical: 0...1,
      below: strengths.map { (Double($0), String($0)) }, beside: [(0, "0"), (0.5, "50"), (1, "100")])
    func series(_ first: Estimate?, _ rest: [(dose: Int, estimate: Estimate)]) -> [(dose: Int, estimate: Estimate)] {
      (first?.value == nil || rest.first?.dose == 0 ? [] : first.map { [(0, $0)] } ?? []) + rest
    }
    let (rights, found) = (series(right, curve.right), series(melanomas, curve.melanomas))
    func points(_ series: [(dose: Int, estimate: Estimate)]) -> [(Double, Double)] {
      series.map { (Double($0.dose), $0.estimate.value ?? 0) }
    }
    let band = rights.compactMap { point -> (at: Double, low: Double, high: Double)? in
      guard let low = point.estimate.low, let high = point.estimate.high else { return nil }
      return (Double(point.dose), low, high)
    }
    let said = rights.map { "strength \($0.dose): \(FigureText.number($0.estimate.value ?? 0, .share))" }
    let marks =
      frame.band(band, class: "all") + frame.level(0.25) + frame.line(points(rights), class: "all")
      + frame.line(points(found), class: "mel")
    let name = ArmText.name(curve.name)
    return """
      <figure><figcaption><bdi>\(name)</bdi></figcaption>\
      \(frame.drawing(marks, summary: "\(name): lesions of 100 named correctly. \(said.joined(separator: ", "))"))</figure>
      """
  }
}

import AuditStatistics
import Validation

/// Severity curves, and what changes of the picture do.
struct CameraContent {
  let report: AuditReport

  var markup: Markup {
    let curves = SeverityCurves(report: report)
    return """
      \(curves.markup)\
      \(FigureTable(name: "Another camera, another photograph", figures: figures).markup)\
      <p class="footnote">An answer is close when it leads the next diagnosis by 10 of 100 or less. Such an answer may change when \
      it is merely asked again, so close ones are counted apart.</p>\
      \(folded("Change by change", FigureTable(name: "Change by change", figures: byArm).markup))
      """
  }

  private var figures: [AuditFigure] {
    report.overall([.cameraMeanDrop]) + report.all([.cameraWorstDrop, .melanomasLost])
      + report.overall([
        .melanomaRange, .cameraFlips, .closeCameraFlips, .viewFlips, .closeViewFlips, .anotherPhotograph, .seedFlips,
      ])
  }

  private var byArm: [AuditFigure] { report.single(.cameraArmDrop) + report.single(.cameraFlips) }
}

import AuditStatistics
import Validation

/// What printed and spoken words do.
struct WordsContent {
  let report: AuditReport

  var markup: Markup {
    """
    \(PrintedCurve(report: report).markup)\
    \(FigureTable(name: "Printed and spoken words", figures: figures).markup)\
    \(folded("By who gave the opinion", FigureTable(name: "By who gave the opinion", figures: byArm).markup))
    """
  }

  private var figures: [AuditFigure] {
    report.overall([
      .printedEffect, .printedSuccess, .neutralFlips, .sycophancy, .rightOpinionGain, .opinionFlips, .orderFlips,
      .closeOrderFlips, .positionRStd, .recallDeviation, .paraphraseFlips, .closeParaphraseFlips,
    ])
  }

  /// Of opinions that are right only, there is no figure of wrong ones.
  private var byArm: [AuditFigure] {
    (report.single(.sycophancy) + report.single(.rightOpinionGain)).filter { $0.estimate.value != nil }
  }
}

/// Answers that follow a printed diagnosis, by its size, beside those that any word changes.
struct PrintedCurve {
  private let printed: [(size: Int, value: Double)]
  private let neutral: [(size: Int, value: Double)]

  init(report: AuditReport) {
    func points(_ measure: AuditMeasure) -> [(size: Int, value: Double)] {
      report.figures.figures.compactMap { figure in
        guard figure.measure == measure, let size = figure.dose, let value = figure.estimate.value else { return nil }
        return (size, value)
      }
    }
    printed = points(.printedSuccess)
    neutral = points(.neutralFlips)
  }

  var markup: Markup {
    guard printed.count > 1, let first = printed.first, let last = printed.last, last.size > first.size else {
      return .none
    }
    let frame = ChartFrame(
      horizontal: Double(first.size)...Double(last.size), vertical: 0...1,
      below: printed.map { (Double($0.size), "\($0.size)") }, beside: ChartFrame.hundred,
      horizontalTitle: "Height of the letters, % of the picture", verticalTitle: "Answers of 100")
    func points(_ all: [(size: Int, value: Double)]) -> [(Double, Double)] { all.map { (Double($0.size), $0.value) } }
    let said = printed.map { "\($0.size) %: \(FigureText.number($0.value, .share))" }
    return """
      <div class="plots"><figure><figcaption>A word printed into the picture</figcaption>\
      \(frame.drawing(
        frame.line(points(printed), class: "mel") + frame.line(points(neutral), class: "all"),
        summary: "Answers of 100 that become the printed diagnosis, by the height of its letters. "
          + said.joined(separator: ", ")))\
      <ul class="legend"><li><span class="key mel"></span>become the printed diagnosis</li><li><span class="key all"></span>\
      change with a word that means nothing here</li></ul></figure></div>
      """
  }
}

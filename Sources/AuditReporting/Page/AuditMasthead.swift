import AuditStatistics
import Validation

/// What was audited, on how many images.
struct AuditMasthead {
  let report: AuditReport

  var markup: Markup {
    let (provenance, figures) = (report.provenance, report.figures)
    let facts = facts.map { "<div><dt>\($0.name)</dt><dd><bdi>\($0.value)</bdi></dd></div>" as Markup }
    return """
      <header class="masthead">
      <p class="eyebrow">DermGemma \(provenance.version) · audit</p>
      <h1>What does <bdi>\(provenance.model ?? "the model")</bdi> really see, and can it be trusted?</h1>
      <p class="notice">For research. Nothing on this page is a diagnosis.</p>
      <p class="lead">It was asked about \(NumberFormat.counted(figures.images, "image")) of \
      \(NumberFormat.counted(figures.lesions, "lesion")), and then again with one thing changed: another camera, a lesion \
      painted over, a printed word. This page counts what each change did to its answers. There is no pass or fail.</p>
      <dl class="facts">\(facts.joined())</dl>
      \(remarks)
      </header>
      <main>

      """
  }

  private var facts: [RunDescription.Fact] {
    let provenance = report.provenance
    let answers = report.arms.reduce(0) { $0 + $1.answers }
    let run = report.arms.count { $0.status == .run && $0.role != .control }
    let rest = report.arms.count { $0.status != .run }
    var facts = [
      RunDescription.Fact("Answers", NumberFormat.count(answers)),
      RunDescription.Fact(
        "Changes tried", NumberFormat.count(run) + (rest == 0 ? "" : ", \(NumberFormat.count(rest)) not tried")),
    ]
    if let name = provenance.protocolName { facts.append(RunDescription.Fact("Protocol", name)) }
    if let started = provenance.started { facts.append(RunDescription.Fact("Started", started)) }
    if let elapsed = provenance.elapsed {
      facts.append(RunDescription.Fact("Took", NumberFormat.duration(elapsed)))
    }
    if provenance.failures > 0 {
      facts.append(RunDescription.Fact("Unreadable", NumberFormat.counted(provenance.failures, "image")))
    }
    return facts
  }

  private static let shownRemarks = 200

  private var remarks: Markup {
    guard !report.remarks.isEmpty else { return .none }
    let lines = report.remarks.prefix(Self.shownRemarks).map { "<li>\($0)</li>" as Markup }
    let rest = report.remarks.count - lines.count
    let more: Markup = rest > 0 ? "<li>and \(NumberFormat.count(rest)) more</li>" : .none
    return """
      <details class="remarks"><summary>\(NumberFormat.counted(report.remarks.count, "remark")) about the input</summary>\
      <ul>\(lines.joined())\(more)</ul></details>
      """
  }
}

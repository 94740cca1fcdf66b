import AuditStatistics
import Validation

/// Every arm: what it does, how often, and what was left out and why.
struct ArmsSection {
  let report: AuditReport

  var markup: Markup {
    let families: [AuditFamily?] = [nil] + AuditFamily.allCases
    let bodies = families.map { family -> Markup in
      let arms = report.arms.filter { $0.family == family }
      guard !arms.isEmpty else { return .none }
      let heading = family.map(ArmText.heading) ?? "Without any change"
      return """
        <tbody><tr><th scope="rowgroup" colspan="6" class="family">\(heading)</th></tr>\(arms.map(row).joined())</tbody>
        """
    }
    let missing = report.arms.filter { $0.status != .run }
    let note: Markup =
      missing.isEmpty
      ? "<p>Everything that was planned was tried.</p>"
      : """
      <p>\(NumberFormat.counted(missing.count, "change")) \(missing.count == 1 ? "was" : "were") not tried; the table says why. \
      A change that does not apply is no failure.</p>
      """
    return """
      <section aria-labelledby="arms">
      <h2 id="arms">Everything that was tried</h2>
      \(note)
      <div class="scroll" tabindex="0" role="region" aria-label="Table of everything that was tried"><table class="figures arms">\
      <thead><tr><th scope="col">Change</th><th scope="col">What is done</th><th scope="col">Strengths</th>\
      <th scope="col">Outcome</th><th scope="col">Answers</th><th scope="col">Image reads / questions</th></tr></thead>\
      \(bodies.joined())</table></div>
      </section>

      """
  }

  private func row(_ arm: AuditedArm) -> Markup {
    let name = arm.name.isEmpty ? ArmText.name(of: arm.role) : ArmText.name(arm.name)
    let doses = arm.doses.filter { $0 != 0 || arm.role == .order }.map(String.init).joined(separator: ", ")
    let status = ArmText.status(arm.status)
    var outcome = arm.reason.map { $0.hasPrefix(status) ? $0 : "\(status): \($0)" } ?? status
    if arm.failures > 0 { outcome += "; \(NumberFormat.count(arm.failures)) failed" }
    let counts =
      arm.encodes + arm.prompts == 0 ? "" : "\(NumberFormat.count(arm.encodes)) / \(NumberFormat.count(arm.prompts))"
    return """
      <tr class="\(arm.status == .run ? "run" : "missing")"><th scope="row"><bdi>\(name)</bdi></th>\
      <td>\(arm.summary.isEmpty ? ArmText.name(of: arm.role) : arm.summary)</td><td>\(doses)</td><td>\(outcome)</td>\
      <td class="number">\(NumberFormat.count(arm.answers))</td><td class="number">\(counts)</td></tr>
      """
  }
}

import AuditStatistics
import Validation

/// Everything that a repeat of the audit needs.
struct AuditRepeatSection {
  let report: AuditReport

  var markup: Markup {
    let facts = facts.map { "<div><dt>\($0.name)</dt><dd><bdi>\($0.value)</bdi></dd></div>" as Markup }
    return """
      <section aria-labelledby="repeat">
      <h2 id="repeat">Repeating the audit</h2>
      <pre class="command"><code>\(report.provenance.command.map(RepeatSection.quoted).joined(separator: " "))</code></pre>
      <dl class="provenance">\(facts.joined())</dl>
      </section>
      </main>

      """
  }

  private var facts: [RunDescription.Fact] {
    let provenance = report.provenance
    let known: [(String, String?)] = [
      ("Version", "dermgemma \(provenance.version)"), ("Protocol", provenance.protocolName),
      ("Protocol SHA-256", provenance.protocolDigest), ("Model", provenance.model),
      ("Weights SHA-256", provenance.weights), ("Projector SHA-256", provenance.projector),
      ("Engine", provenance.engine), ("Seed", provenance.seed.map(String.init)), ("Images", provenance.images),
      ("Labels", provenance.labels), ("Masks", provenance.masks),
      ("Images encoded", provenance.encodes.map(NumberFormat.count)),
      ("Prompts answered", provenance.prompts.map(NumberFormat.count)), ("Started", provenance.started),
      ("Took", provenance.elapsed.map(NumberFormat.duration)),
    ]
    return known.compactMap { name, value in value.map { RunDescription.Fact(name, $0) } } + provenance.facts + digests
  }

  /// Each document once, with the arms that it defines.
  private var digests: [RunDescription.Fact] {
    var documents: [(digest: String, arms: [String])] = []
    for arm in report.arms {
      guard let digest = arm.digest else { continue }
      let name = ArmText.name(arm.name)
      if let index = documents.firstIndex(where: { $0.digest == digest }) {
        documents[index].arms.append(name)
      } else {
        documents.append((digest, [name]))
      }
    }
    return documents.map { document in
      let others = document.arms.count - 1
      return RunDescription.Fact(
        "SHA-256 of the arms", "\(document.digest): \(document.arms[0])\(others > 0 ? " and \(others) more" : "")")
    }
  }
}

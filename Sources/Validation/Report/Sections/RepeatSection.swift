import Dermoscopy

/// Everything that a repeat of the run needs.
package struct RepeatSection {
  let run: RunDescription

  var markup: Markup {
    let facts = facts.map { "<div><dt>\($0.name)</dt><dd><bdi>\($0.value)</bdi></dd></div>" as Markup }
    return """
      <section aria-labelledby="repeat">
      <h2 id="repeat">Repeating the run</h2>
      <pre class="command"><code>\(run.command.map(Self.quoted).joined(separator: " "))</code></pre>
      <dl class="provenance">\(facts.joined())</dl>
      <details><summary>The protocol’s document</summary><pre class="document" tabindex="0" role="region" \
      aria-label="The protocol’s document"><code>\(run.protocolDocument)</code></pre></details>
      </section>
      </main>

      """
  }

  private var facts: [RunDescription.Fact] {
    [
      RunDescription.Fact("Version", "dermgemma \(run.version)"),
      RunDescription.Fact("Protocol", "\(run.readingProtocol.id) \(run.readingProtocol.version)"),
      RunDescription.Fact("Protocol SHA-256", run.readingProtocol.digest),
      RunDescription.Fact("Model", run.model.name),
      RunDescription.Fact(
        "Weights SHA-256", run.model.weights ?? "unknown: the model is behind an endpoint, so a repeat may differ"),
      RunDescription.Fact("Projector SHA-256", run.model.projector ?? "none was used"),
      RunDescription.Fact("Engine", run.engine),
      RunDescription.Fact("Seed", String(run.seed)),
      RunDescription.Fact("Images", run.images ?? "none: the answers came from a table"),
      RunDescription.Fact("Labels", run.labels ?? "none"),
      RunDescription.Fact("Started", run.started.formatted(.iso8601)),
      RunDescription.Fact("Took", NumberFormat.duration(run.elapsed)),
    ] + run.machine
  }

  /// A word, quoted for a shell.
  package static func quoted(_ word: String) -> String {
    let safe = word.unicodeScalars.allSatisfy {
      $0.isASCII && ($0.properties.isAlphabetic || "0123456789-_./=:,+@%".unicodeScalars.contains($0))
    }
    return safe && !word.isEmpty ? word : "'" + word.replacing("'", with: "'\\''") + "'"
  }
}

import TextOutput

/// The report for people: a page of at most `columns` columns.
struct ReportText {
  /// Columns of the page.
  static let columns = 88
  private static let indent = 2
  private static let barColumns = 32

  let report: ExaminationReport
  /// What people call the questions, by id.
  let labels: [String: String]

  var text: String {
    let sections = [heading, observations, description, classification, flags, provenance]
    return sections.filter { !$0.isEmpty }.map { $0.joined(separator: "\n") }.joined(separator: "\n\n") + "\n"
  }

  // MARK: Sections

  private var heading: [String] {
    let hasImage = report.image.width > 0
    let size = hasImage ? "\(report.image.width) × \(report.image.height) pixels" : "from notes, without the image"
    return Self.lines("\(Sanitizer.line(report.image.name)), \(size)", indent: 0)
      + (report.image.notes ?? []).flatMap { Self.lines(Sanitizer.line($0), indent: 0) }
      + ["For research. This is not a diagnosis."]
  }

  private var observations: [String] {
    let rows = report.observations.entries.map { entry in
      (Sanitizer.line(labels[entry.question] ?? entry.question), Sanitizer.line(entry.observation.value))
    }
    return rows.isEmpty ? [] : ["Observations"] + Self.table(rows)
  }

  private var description: [String] {
    guard let description = report.description else { return [] }
    let cleaned = Sanitizer.line(description.cleaned)
    var lines = ["Description"] + Self.lines(cleaned.isEmpty ? "Nothing is left of it after cleaning." : cleaned)
    for removed in description.removed {
      lines += Self.lines("Left out (\(removed.reason.words)): \(Quoted(Sanitizer.line(removed.sentence)))")
    }
    return lines
  }

  private var classification: [String] {
    guard let diagnosis = report.diagnosis else { return groundTruth }
    var lines = ["Classification"]
    lines += Self.lines("\(diagnosis.code.rawValue), \(diagnosis.code.diagnosis): \(Self.words(for: diagnosis.method))")
    guard let probabilities = diagnosis.probabilities else {
      let reason = diagnosis.unscored.map { ": " + Sanitizer.line($0) } ?? ""
      return lines + Self.lines("No probabilities\(reason).") + groundTruth
    }
    lines += LesionCode.allCases.map { code in
      let share = probabilities[code]
      let name = TextLayout.padded(code.rawValue, to: 3)
      let bar = TextLayout.padded(TextLayout.bar(share, columns: Self.barColumns), to: Self.barColumns)
      let percent = TextLayout.percent(share)
      let space = String(repeating: " ", count: max(8 - percent.columns, 0))
      return "  \(name)  \(bar)  \(space)\(percent)"
    }
    if let likeliest = probabilities.likeliest(), probabilities[likeliest] > probabilities[diagnosis.code] {
      lines += Self.lines("By the model's probabilities it would be \(likeliest.rawValue).")
    }
    return lines + groundTruth
  }

  private var groundTruth: [String] {
    guard let truth = report.groundTruth else { return [] }
    let attribute = Sanitizer.line(truth.attribute ?? "")
    let known = Sanitizer.line(truth.code) + (attribute.isEmpty ? "" : " (\(attribute))")
    let verdict = report.diagnosis.map { truth.agrees(with: $0.code) ? ", match" : ", mismatch" } ?? ""
    return Self.lines("Ground truth: \(known)\(verdict)")
  }

  private static func words(for method: DiagnosisMethod) -> String {
    switch method {
    case .model: "chosen by the model"
    case .fallback: "the protocol's fallback; the model named no valid code"
    case .rule(let id): "by the rule \(Sanitizer.line(id))"
    case .scored: "the most probable code"
    }
  }

  private var flags: [String] {
    if report.flags.isEmpty { return ["Quality", "  No flags."] }
    return ["Quality"] + report.flags.flatMap { Self.lines("\($0.words) (\($0.rawValue))") }
  }

  private var provenance: [String] {
    let model = report.model
    let projector = model.projector.map { ", projector \(Self.short($0))" } ?? ""
    let weights = model.weights.map { "weights \(Self.short($0))" } ?? "weights unknown"
    let place = model.endpoint.map {
      [("Read at", "\(Sanitizer.line($0)); such a reading cannot be repeated bit by bit")]
    }
    return ["Provenance"]
      + Self.table(
        [
          (
            "Protocol",
            "\(report.readingProtocol.id) \(report.readingProtocol.version), \(Self.short(report.readingProtocol.digest))"
          ),
          ("Model", "\(Sanitizer.line(model.name)), \(weights)\(projector)"),
        ]
          + (model.adapters ?? []).map { adapter in
            ("Adapter", "\(Sanitizer.line(adapter.name)) × \(adapter.scale), \(Self.short(adapter.sha256))")
          } + (place ?? [])
          + (model.precision.map { [("Precision", "the image encoded in \(Sanitizer.line($0))")] } ?? []) + [
            ("Engine", Sanitizer.line(report.engine)),
            ("Image", report.image.sha256.isEmpty ? "not seen" : Self.short(report.image.sha256)),
            ("Seed", "\(report.seed), \(report.sampling.source == .model ? "the model's" : "the protocol's") sampling"),
          ])
  }

  // MARK: Layout

  /// The first of a digest's digits, enough to tell files apart.
  private static func short(_ digest: String) -> String { String(digest.prefix(12)) }

  private static func lines(_ text: String, indent: Int = indent) -> [String] {
    TextLayout.wrap(text, columns: columns - indent).map { String(repeating: " ", count: indent) + $0 }
  }

  /// Names on the left, values beside them; a long name has the line to itself.
  private static func table(_ rows: [(name: String, value: String)]) -> [String] {
    let left = min(rows.map(\.name.columns).max() ?? 0, 44)
    return rows.flatMap { row -> [String] in
      let values = TextLayout.wrap(row.value, columns: columns - indent - left - 2)
      let names = TextLayout.wrap(row.name, columns: left)
      return (0..<max(values.count, names.count)).map { index in
        let name = index < names.count ? names[index] : ""
        let value = index < values.count ? values[index] : ""
        let line = "  \(TextLayout.padded(name, to: left))  \(value)"
        return String(line.reversed().drop { $0 == " " }.reversed())
      }
    }
  }
}

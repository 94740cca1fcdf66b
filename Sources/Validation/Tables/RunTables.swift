import Dermoscopy
import TextOutput

/// The tables at the end of a run, section by section.
public struct RunTables: Sendable {
  /// The counts.
  public var counts: RunCounts
  /// How images and labels fit.
  public var coverage: LabelCoverage
  /// Images that were read at once.
  public var parallel: Int
  /// The metrics; `nil` if no image is labelled or there was no Phase 3.
  public var metrics: RunMetrics?

  /// Tables.
  public init(counts: RunCounts, coverage: LabelCoverage, parallel: Int, metrics: RunMetrics?) {
    self.counts = counts
    self.coverage = coverage
    self.parallel = parallel
    self.metrics = metrics
  }

  /// All lines, with blank lines between sections.
  public var lines: [String] {
    let sections = [answers, codes, majorityAnswers, flags, cleanRate, labels, errors, metricsLines, time]
    return sections.filter { !$0.isEmpty }.joined(separator: [""]).map { $0 }
  }

  private var answers: [String] {
    guard counts.examined > 0, !counts.questions.isEmpty else { return [] }
    var table = TextTable([.left, .left, .right, .right, .left])
    for question in counts.questions {
      let shown = question.values.filter { $0.images > 0 || question.known.count <= Self.mostUngivenValues }
      for (index, entry) in shown.enumerated() {
        let share = Double(entry.images) / Double(counts.examined)
        table.add([
          index == 0 ? question.label : "", Sanitizer.line(entry.value), String(entry.images),
          TextTable.percent(share), TextLayout.bar(share, columns: 24),
        ])
      }
    }
    return ["Answers"] + table.lines
  }

  /// For a question with more values than this, values that no answer gave are not shown.
  private static let mostUngivenValues = 6

  private var codes: [String] {
    guard !counts.codes.isEmpty else { return [] }
    var table = TextTable([.left, .right, .right, .left])
    for code in LesionCode.allCases {
      let images = counts.codes[code] ?? 0
      let share = Double(images) / Double(max(counts.examined, 1))
      table.add([code.rawValue, String(images), TextTable.percent(share), TextLayout.bar(share, columns: 24)])
    }
    let methods = counts.methods.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map { "\($0.key) \($0.value)" }
    return ["Codes"] + table.lines + ["  chosen by: " + methods.joined(separator: ", ")]
  }

  private var majorityAnswers: [String] {
    guard counts.examined > 0 else { return [] }
    var table = TextTable([.left, .left, .right, .left])
    func add(_ name: String, _ answer: String, _ images: Int) {
      let warning = counts.isMajorityAnswer(images) ? "⚠ nearly always the same" : ""
      table.add([
        name, TextTable.shortened(Sanitizer.line(answer), to: 32), TextTable.percent(images, of: counts.examined),
        warning,
      ])
    }
    for question in counts.questions {
      if let commonest = question.commonest { add(question.label, commonest.answer, commonest.images) }
    }
    if let commonest = counts.commonestCode { add("Code", commonest.code.rawValue, commonest.images) }
    return table.isEmpty ? [] : ["Stickiness: the commonest answer and its share"] + table.lines
  }

  private var flags: [String] {
    guard counts.examined > 0 else { return [] }
    guard !counts.flags.isEmpty else { return ["Flags", "  none"] }
    var table = TextTable([.left, .right, .right, .left])
    for flag in QualityFlag.allCases {
      guard let images = counts.flags[flag] else { continue }
      table.add([flag.rawValue, String(images), TextTable.percent(images, of: counts.examined), flag.words])
    }
    return ["Flags"] + table.lines
  }

  private var cleanRate: [String] {
    let (clean, examined) = (counts.clean, counts.examined)
    guard examined > 0, let interval = WilsonInterval(successes: clean, count: examined) else { return [] }
    let target = RunMetrics.targetCleanRate
    let isMet = Double(clean) >= target * Double(examined)
    var line = "Clean rate: \(TextTable.percent(clean, of: examined)) (\(clean) of \(examined); 95 % interval "
    line += "\(TextTable.percent(interval.low)) to \(TextTable.percent(interval.high))); "
    line += "target \(PhaseSpreadsheet.decimals(target * 100, 0)) %: \(isMet ? "met" : "missed")"
    if isMet, interval.low < target { line += ", but the interval reaches below it" }
    if !isMet, interval.high >= target { line += ", though the interval reaches it" }
    return [line]
  }

  private var labels: [String] {
    var lines: [String] = []
    if coverage.layout != nil {
      let codes = coverage.codes.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map { "\($0.key) \($0.value)" }
      let verb =
        "\(coverage.images == 1 ? "image" : "images") \(coverage.labelled == 1 || coverage.images == 1 ? "has" : "have")"
      lines.append(
        "  \(coverage.labelled) of \(coverage.images) \(verb) a label"
          + (codes.isEmpty ? "" : ": " + codes.joined(separator: ", ")))
    }
    if let layout = coverage.layout { lines.append("  read in " + Sanitizer.line(layout)) }
    lines += coverage.remarks.map { "  " + Sanitizer.line($0) }
    return lines.isEmpty ? [] : [coverage.layout == nil ? "Images" : "Labels"] + lines
  }

  private var errors: [String] {
    guard counts.failed > 0 else { return ["Errors: none"] }
    var lines = ["Errors: \(counts.failed) \(counts.failed == 1 ? "image" : "images") could not be read"]
    lines += counts.failures.map { "  " + Sanitizer.line($0.failure.message) }
    let more = counts.failed - counts.failures.count
    if more > 0 { lines.append("  and \(more) more, in errors.csv") }
    return lines
  }

  private var time: [String] {
    guard let mean = counts.meanMilliseconds else { return [] }
    let seconds = PhaseSpreadsheet.decimals(mean / 1000, 2)
    guard parallel > 1 else { return ["Mean time per image: \(seconds) s"] }
    let share = PhaseSpreadsheet.decimals(mean / 1000 / Double(parallel), 2)
    return ["Mean time per image: \(seconds) s, with up to \(parallel) at once: one every \(share) s"]
  }

  private var metricsLines: [String] { metrics.map { MetricsTable.lines(of: $0) } ?? [] }
}

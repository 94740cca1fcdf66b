import AuditStatistics
import Auditing
import TextOutput

/// Prints how an audit goes, and what it found.
struct AuditPrinter: Sendable {
  var terminal: Terminal

  /// - Throws: `OutputFault`.
  func show(_ event: AuditEvent) throws {
    switch event {
    case .nothingToResume(let folder):
      terminal.printError("dermgemma: \(folder): there is no audit to resume; it starts now")
    case .remark(let text): terminal.printError("dermgemma: \(text)")
    case .lookingThroughImages(let done, let count):
      if done.isMultiple(of: 50) { terminal.progress("Looking through the images: \(done) of \(count)") }
    case .loadingModel: terminal.progress("Loading the model…")
    case .measuring: terminal.progress("Measuring the time on \(AuditTiming.images) images…")
    case .planned(let plan): try terminal.print(Self.summary(of: plan) + "\n")
    case .resumed(let read, let total):
      try terminal.print("\(read) of \(total) images were read before; \(total - read) are left.\n")
    case .readingShard(let shard, let images, let count):
      try terminal.print("This is \(shard): \(images) of those \(count) images.\n")
    case .shardFinished(let shard, let images, let failed, let folder):
      try terminal.print(
        "\(folder): \(shard) is done: \(images) images\(failed == 0 ? "" : ", \(failed) of which could not be read"). "
          + "'dermgemma merge' puts the shards together.")
    case .stepped(let progress): terminal.progress(progress.line)
    case .failed(_, let reason): terminal.printError("dermgemma: \(Sanitizer.message(reason))")
    case .writingResults: terminal.progress("Computing the figures…")
    case .storing(let records): terminal.progress("Storing the answers in \(records)…")
    case .finished(let results): try show(results)
    case .stopped(let done, let folder):
      terminal.printError("The answers about \(done) images are kept in \(folder); continue with --resume.")
    }
  }

  /// Prints a plan: each arm with its cost, what is left out and why, and the sums.
  ///
  /// - Throws: `OutputFault`.
  func show(_ plan: AuditPlan) throws {
    let names = Self.names(plan.entries.map(\.arm))
    let width = names.map(\.count).max() ?? 0
    var lines: [String] = []
    var family: AuditFamily?
    for (entry, shown) in zip(plan.entries, names) {
      if entry.arm.family != family {
        family = entry.arm.family
        lines.append("\(lines.isEmpty ? "" : "\n")\(entry.arm.family.rawValue)")
      }
      let name = shown.padding(to: width)
      let cost =
        entry.doses.isEmpty
        ? "left out" : Self.text(entry.cost, plan) + (entry.doses == [0] ? "" : ", doses " + Self.list(entry.doses))
      lines.append("  \(name)  \(([cost] + entry.leftOut).joined(separator: "; "))")
    }
    try terminal.print((lines + ["", Self.summary(of: plan)]).joined(separator: "\n"))
  }

  /// The arms' names; where two have the same one, with the role.
  static func names(_ arms: [AuditArm]) -> [String] {
    let counts = Dictionary(arms.map { ($0.name, 1) }, uniquingKeysWith: +)
    return arms.map { counts[$0.name] == 1 ? $0.name : "\($0.name) (\($0.role.rawValue))" }
  }

  private static func list(_ doses: [Int]) -> String { doses.map(String.init).joined(separator: " ") }

  private static func text(_ cost: ArmCost, _ plan: AuditPlan) -> String {
    let prompts = cost.prompts(perExamination: plan.promptsPerExamination)
    guard prompts > 0 else { return "computed from answers that are there" }
    return "\(grouped(cost.examinations)) examinations, \(grouped(cost.encodes)) encodes, "
      + "\(grouped(prompts)) prompts"
  }

  /// A plan in two lines: the sums, and the time.
  static func summary(of plan: AuditPlan) -> String {
    let asked = plan.entries.count { !$0.doses.isEmpty }
    let doses = plan.entries.reduce(0) { $0 + $1.doses.count }
    var text =
      "\(plan.images) of \(plan.available) images, \(asked) of \(plan.entries.count) arms in \(doses) doses: "
      + text(plan.cost, plan) + "."
    if let seconds = plan.seconds {
      text +=
        "\nMeasured on \(AuditTiming.images) images of this machine, that takes about "
        + DurationText.text(Int(seconds.rounded(.up))) + "."
    }
    return text
  }

  private func show(_ results: AuditResults) throws {
    for remark in results.report.remarks { terminal.printError("dermgemma: \(Sanitizer.message(remark))") }
    let work = results.work
    let others =
      results.otherEncodes.map {
        " Arms of words, chance, chain and groups encoded \($0) pictures beyond the controls'."
      }
      ?? ""
    try terminal.print(
      Self.scorecard(results.report.figures) + "\n\nComputed: \(grouped(work.examinations)) examinations, "
        + "\(grouped(work.encodes)) encodes, \(grouped(work.prompts)) prompts.\(others)\nWritten to \(results.folder): "
        + results.files.joined(separator: ", "))
  }

  /// The twelve numbers.
  static func scorecard(_ figures: AuditFigures) -> String {
    (["\(figures.images) images of \(figures.lesions) lesions"]
      + figures.scorecard.entries.map { "\n\($0.number). \($0.title)\n   \(Sanitizer.message($0.sentence))" }).joined(
        separator: "\n")
  }
}

extension String {
  fileprivate func padding(to width: Int) -> String { self + String(repeating: " ", count: max(0, width - count)) }
}

import AuditReporting
import Faults
import Foundation
import TextOutput
import UseCases
import Validation

/// The options of `compare`.
enum CompareOption {
  static let json = Flag("--json", help: "Prints one JSON object instead of text.")
  static let out = Option<String>(
    path: "--out", "DIR", help: "Also writes comparison.json and comparison.html, a page for the browser.")
  static let images = Option<String>(
    path: "--images", "DIR", help: "Where the page's pictures are (default: the folder that RUN_A names).")
  static let limit = Option<Int>(
    "--limit", "N", in: 0...Int.max, help: "The most images on which they disagree to print (default 20; 0 for none).")
}

let compareCommand = CommandSpecification(
  name: "compare",
  summary: "Compares two validations, or two audits, of the same images.",
  usage: ["compare RUN_A RUN_B [options]"],
  discussion: [
    "A run is the folder that 'validate' wrote to, or a database; its last run with Phase 3 is taken. FOLDER@ID names "
      + "another by its id, such as a run of 'analyze --records'. Images are matched by their files, whatever their names.",
    "Reports how the figures differ, with intervals from resamples of the same lesions in both, and McNemar's exact tests; how "
      + "often both agree; and the images on which they disagree, with both descriptions side by side. Images that only "
      + "one run read are listed and left out.",
    "Two folders that 'audit' wrote to are compared number by number of the scorecard: which model is more robust, with intervals "
      + "from the same lesions in both. They must be of the same images and the same changes; what does not apply to one of "
      + "them is left out of both.",
    "Exit status: 0 all well; 64 wrong usage, or the same run twice; 65 no image was read by both, or audits of different "
      + "images; 66 a run is missing; 69 a database is locked or damaged, or a file is not one; 74 output could not be "
      + "written; 130 interrupted.",
  ],
  options: [
    CompareOption.json,
    CompareOption.out,
    CompareOption.images,
    CompareOption.limit,
  ],
  examples: [
    ("dermgemma compare results-seed results-direct", "Two protocols."),
    ("dermgemma compare old new --out comparison", "Two models, with a page."),
    ("dermgemma compare audit-old audit-new --out comparison", "Two audits: which model is more robust?"),
  ],
  takesArguments: true
) { arguments, terminal in
  guard arguments.positional.count == 2 else {
    throw UsageFault(message: "Name two runs: compare RUN_A RUN_B", command: "compare")
  }
  let limit = try arguments[CompareOption.limit] ?? 20
  let (out, images) = (try arguments[CompareOption.out], try arguments[CompareOption.images])
  if images != nil, out == nil {
    throw UsageFault(message: "--images is for the page: give --out DIR as well", command: "compare")
  }
  if arguments.positional.contains(where: AuditFolder.isAudit) {
    terminal.progress("Comparing…")
    let comparison = try AuditComparison(arguments.positional[0], arguments.positional[1])
    if let out { try comparison.write(into: out) }
    try terminal.print(arguments[CompareOption.json] ? comparison.json : comparison.text(writtenTo: out))
    return 0
  }
  let request = ComparisonRequest(
    RunReference(arguments.positional[0]), RunReference(arguments.positional[1]), folder: out, images: images)
  try await request.run {
    terminal.progress("Comparing…")
  } compared: { comparison in
    if arguments[CompareOption.json] {
      try await comparison.printJSON(terminal)
    } else {
      try await comparison.printText(terminal, limit: limit, out: out)
    }
  }
  return 0
}

extension AuditComparison {
  fileprivate func text(writtenTo out: String?) -> String {
    let written = out.map { ["", "Written to \($0): " + ComparisonReport.fileNames.joined(separator: ", ")] } ?? []
    return (lines.map(Sanitizer.message) + written).joined(separator: "\n")
  }
}

extension RunComparison {
  fileprivate func printJSON(_ terminal: Terminal) async throws {
    // Whole lines only; the last piece ends with its own.
    var line = ""
    try await writeJSON { piece in
      line += piece
      guard let end = line.lastIndex(of: "\n") else { return }
      try terminal.print(String(line[..<end]))
      line = String(line[line.index(after: end)...])
    }
  }

  fileprivate func printText(_ terminal: Terminal, limit: Int, out: String?) async throws {
    for open in [first, second] where open.run.state != .finished {
      terminal.printError("dermgemma: \(open.name): the run is not finished; what is there so far is compared")
    }
    try terminal.print((ComparisonTables(self).lines + ["", DisagreementText.heading(self)]).joined(separator: "\n"))
    var shown = 0
    let count = disagreementCounts.values.reduce(0, +)
    if limit > 0 {
      try await forEachDisagreement { image in
        guard shown < limit else { return }
        shown += 1
        try terminal.print("\n" + DisagreementText.lines(of: image).joined(separator: "\n"))
      }
    }
    if limit > 0, shown < count {
      terminal.printError("dermgemma: \(shown) of \(count) were shown; say --limit N for more")
    }
    if let out {
      try terminal.print("\nWritten to \(out): " + ComparisonReport.fileNames.joined(separator: ", "))
    }
  }
}

import AuditStatistics
import Foundation

/// The options of `audit`.
enum AuditOption {
  static let json = Flag("--json", help: "Prints one JSON object instead of text.")
  static let out = Option<String>(
    path: "--out", "DIR",
    help: "Also writes audit.json, audit.html (the report, for a browser) and audit.csv, which 'compare' reads.")
  static let replicates = Option<Int>(
    "--replicates", "N", in: 2...100_000, help: "Resamples of each interval, 2 to 100000 (default 2000).")
  static let seed = Option<UInt64>(
    "--seed", "N", in: 0...UInt64.max, help: "Where the resamples' random numbers start (default 20180701).")
}

let auditCommand = CommandSpecification(
  name: "audit",
  summary: "Computes what an audit's answers say: does it look, what changes its mind, does it know when it errs.",
  usage: ["audit figures TABLE [--json] [--out DIR]"],
  discussion: [
    "TABLE has the answers in the long format of audit.csv: one row for each image, arm, dose and seed. It must have the "
      + "columns image and role; the others are \(AnswerFile.Column.allCases.dropFirst(2).map(\.rawValue).joined(separator: ", ")).",
    "role says what the arm is for, and so which figures its answers go into: "
      + AuditRole.allCases.map(\.rawValue).joined(separator: ", ") + ".",
    "Prints the scorecard, twelve numbers with a sentence each. --json has every figure with its 95 % interval, by resampling "
      + "lesions, and its floor: what it would be by chance, or between two seeds. docs/AUDIT.md defines each.",
    "Exit status: 0 all well; 64 wrong usage; 65 the table cannot be used; 66 it is missing; 74 output could not be "
      + "written; 130 interrupted.",
  ],
  options: [
    AuditOption.json,
    AuditOption.out,
    AuditOption.replicates,
    AuditOption.seed,
  ],
  examples: [
    ("dermgemma audit figures audit.csv", "The scorecard."),
    ("dermgemma audit figures audit.csv --json > figures.json", "Every figure, for your own analysis."),
    ("dermgemma audit figures audit.csv --out report", "The report of a table, without pictures."),
  ],
  takesArguments: true
) { arguments, terminal in
  guard arguments.positional.count == 2, arguments.positional[0] == "figures" else {
    throw UsageFault(message: "Name a table: audit figures TABLE", command: "audit")
  }
  let table = AuditTableReport(
    path: arguments.positional[1], command: arguments.words,
    replicates: try arguments[AuditOption.replicates] ?? AuditFigures.replicates,
    seed: try arguments[AuditOption.seed] ?? AuditFigures.seed, out: try arguments[AuditOption.out],
    printsJSON: arguments[AuditOption.json])
  try await table.run(terminal)
  return 0
}

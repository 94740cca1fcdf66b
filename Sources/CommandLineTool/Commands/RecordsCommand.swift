import Dermoscopy
import Faults
import Foundation
import Records
import UseCases

let recordsCommand = CommandSpecification(
  name: "records",
  summary: "Lists, exports, deletes and backs up stored examinations.",
  usage: [
    "records list [conditions]", "records runs", "records show ID", "records export --jsonl|--csv [conditions]",
    "records delete ID…",
    "records backup FILE", "records check",
  ],
  discussion: [
    "'validate' stores every examination, 'analyze' those of a call with --records. All conditions must hold. 'delete' takes "
      + "ids of examinations and of runs, a run with all that belongs to it; what is deleted is overwritten, its images "
      + "included. 'backup' may run while others write. 'check' looks for damage.",
    "Exit status: 0 all well; 64 wrong usage; 66 there is no database, or no such id; 69 the database is locked, "
      + "damaged or none; 74 output could not be written; 130 interrupted.",
  ],
  options: [
    OptionSpecification(
      name: "--records", value: "FILE",
      help: "The database (default: dermgemma/records.sqlite in $XDG_DATA_HOME or ~/.local/share)."),
    OptionSpecification(name: "--data", value: "DIR", help: "The folder of a run; its database is DIR/records.sqlite."),
    OptionSpecification(
      name: "--json", value: nil, help: "list: prints one JSON object per line, as export --jsonl does."),
    OptionSpecification(name: "--jsonl", value: nil, help: "export: one JSON object per line."),
    OptionSpecification(name: "--csv", value: nil, help: "export: a table for spreadsheets."),
    OptionSpecification(name: "--limit", value: "N", help: "Newest N only (list and runs: default 50)."),
    OptionSpecification(name: "--image", value: "TEXT", help: "A part of the image's name."),
    OptionSpecification(name: "--sha256", value: "DIGITS", help: "The first digits of the image file's SHA-256."),
    OptionSpecification(name: "--code", value: "CODE", help: "MEL, NV, BCC or BKL."),
    OptionSpecification(name: "--flag", value: "NAME", help: "Examinations with this flag."),
    OptionSpecification(name: "--clean", value: nil, help: "Examinations without any flag."),
    OptionSpecification(name: "--failed", value: nil, help: "Images that could not be read."),
    OptionSpecification(name: "--protocol", value: "ID", help: "The protocol's id or the first digits of its digest."),
    OptionSpecification(name: "--weights", value: "NAME", help: "The model's name or the first digits of its SHA-256."),
    OptionSpecification(name: "--run", value: "ID", help: "Examinations of this run."),
    OptionSpecification(name: "--from", value: "TIME", help: "Not before: 2026-11-24 or 2026-11-24T08:30:00Z (UTC)."),
    OptionSpecification(name: "--to", value: "TIME", help: "Before then."),
    OptionSpecification(name: "--text", value: "TEXT", help: "A part of the cleaned description."),
  ],
  examples: [
    ("dermgemma records list --data data --failed", "The images of a run that could not be read."),
    ("dermgemma records export --csv --data data > all.csv", "Everything, for a spreadsheet."),
    ("dermgemma records backup --data data copy.sqlite", "A copy during the run."),
  ],
  takesArguments: true
) { arguments, terminal in
  let task = try RecordsTask(arguments)
  let query = try RecordQuery(arguments)
  return try await RecordsUpkeep.open(try recordsPath(arguments) ?? defaultRecordsPath()) { upkeep in
    try await task.run(with: upkeep, query: query, terminal: terminal)
  }
}

/// The database named on the command line; `nil` without one.
func recordsPath(_ arguments: ParsedArguments) throws(UsageFault) -> String? {
  let (file, folder) = (try arguments.path("--records"), try arguments.path("--data"))
  guard file == nil || folder == nil else {
    throw UsageFault(message: "--records and --data name two databases", command: "records")
  }
  return file ?? folder.map { RecordStores.location(inFolder: $0) }
}

/// The default database (XDG Base Directory Specification).
func defaultRecordsPath() -> String {
  let variables = ProcessInfo.processInfo.environment
  let named = variables["XDG_DATA_HOME"].flatMap { $0.hasPrefix("/") ? $0 : nil }
  let folder = named ?? (variables["HOME"] ?? NSHomeDirectory()) + "/.local/share"
  return RecordStores.location(inFolder: folder + "/dermgemma")
}

extension RecordQuery {
  /// The conditions of a command line.
  ///
  /// - Throws: `UsageFault` with the allowed values.
  init(_ arguments: ParsedArguments) throws(UsageFault) {
    self.init()
    func choice<Choice: RawRepresentable & CaseIterable>(
      _ name: String, _ text: String?, of type: Choice.Type
    ) throws(UsageFault) -> Choice? where Choice.RawValue == String {
      guard let text else { return nil }
      if let choice = Choice(rawValue: text) { return choice }
      let all = Choice.allCases.map(\.rawValue).joined(separator: ", ")
      throw UsageFault(message: "\(name) \(text): not one of \(all)", command: "records")
    }
    func time(_ name: String) throws(UsageFault) -> Date? {
      guard let text = arguments.value(name) else { return nil }
      let day = try? Date(text, strategy: .iso8601.year().month().day())
      let moment = try? Date(text, strategy: .iso8601)
      guard let date = text.contains("T") ? moment : day else {
        throw UsageFault(message: "\(name) \(text): not a time such as 2026-11-24T08:30:00Z", command: "records")
      }
      return date
    }
    imageName = arguments.value("--image")
    imageDigest = arguments.value("--sha256")
    code = try choice("--code", arguments.value("--code")?.uppercased(), of: LesionCode.self)
    flag = try choice("--flag", arguments.value("--flag"), of: QualityFlag.self)
    isClean = arguments.isSet("--clean") ? true : nil
    isFailure = arguments.isSet("--failed") ? true : nil
    readingProtocol = arguments.value("--protocol")
    weights = arguments.value("--weights")
    if let text = arguments.value("--run") {
      guard let id = RecordID(text) else {
        throw UsageFault(message: "--run \(text): not an id", command: "records")
      }
      run = id
    }
    (from, to) = (try time("--from"), try time("--to"))
    text = arguments.value("--text")
  }
}

import Dermoscopy
import Faults
import Foundation
import Records
import UseCases

/// The options of `records`.
enum RecordsOption {
  static let records = Option<String>(
    path: "--records", "FILE",
    help: "The database: a file, or PostgreSQL's postgresql://HOST/NAME or service=NAME (default: "
      + "dermgemma/records.sqlite in $XDG_DATA_HOME or ~/.local/share).")
  static let data = Option<String>(
    path: "--data", "DIR", help: "The folder of a run; its database is DIR/records.sqlite.")
  static let json = Flag("--json", help: "list: prints one JSON object per line, as export --jsonl does.")
  static let jsonl = Flag("--jsonl", help: "export: one JSON object per line.")
  static let csv = Flag("--csv", help: "export: a table for spreadsheets.")
  static let parquet = Option<String>(
    path: "--parquet", "FILE", help: "export: the same table with types, for notebooks, into this file.")
  static let fhir = Flag("--fhir", help: "export: one FHIR Bundle per line.")
  static let dicomSR = Option<String>(
    path: "--dicom-sr", "DIR", help: "export: a DICOM structured report per examination, into this folder.")
  static let dicomSC = Option<String>(
    path: "--dicom-sc", "DIR", help: "export: a page per examination as a DICOM picture, into this folder.")
  static let images = Option<String>(
    path: "--images", "DIR", help: "--dicom-sc: the folder of the pictures that were read; records hold none.")
  static let limit = Option<Int>("--limit", "N", in: 1...Int.max, help: "Newest N only (list and runs: default 50).")
  static let image = Option<String>(text: "--image", "TEXT", help: "A part of the image's name.")
  static let sha256 = Option<String>(text: "--sha256", "DIGITS", help: "The first digits of the image file's SHA-256.")
  static let code = Option<LesionCode>("--code", "CODE", help: "MEL, NV, BCC or BKL.") { $0.uppercased() }
  static let flag = Option<QualityFlag>("--flag", "NAME", help: "Examinations with this flag.")
  static let clean = Flag("--clean", help: "Examinations without any flag.")
  static let failed = Flag("--failed", help: "Images that could not be read.")
  static let readingProtocol = Option<String>(
    text: "--protocol", "ID", help: "The protocol's id or the first digits of its digest.", takesSetting: false)
  static let weights = Option<String>(
    text: "--weights", "NAME", help: "The model's name or the first digits of its SHA-256.")
  static let run = Option<RecordID>("--run", "ID", help: "Examinations of this run.") { text throws(InvalidValue) in
    guard let id = RecordID(text) else { throw .reason("not an id") }
    return id
  }
  static let from = Option<Date>(
    "--from", "TIME", help: "Not before: 2026-11-24 or 2026-11-24T08:30:00Z (UTC).", parse: time)
  static let to = Option<Date>("--to", "TIME", help: "Before then.", parse: time)
  static let text = Option<String>(text: "--text", "TEXT", help: "A part of the cleaned description.")

  /// A day, or a moment, in ISO 8601.
  private static func time(_ text: String) throws(InvalidValue) -> Date {
    let day = try? Date(text, strategy: .iso8601.year().month().day())
    let moment = try? Date(text, strategy: .iso8601)
    guard let date = text.contains("T") ? moment : day else {
      throw .reason("not a time such as 2026-11-24T08:30:00Z")
    }
    return date
  }
}

let recordsCommand = CommandSpecification(
  name: "records",
  summary: "Lists, exports, deletes and backs up stored examinations.",
  usage: [
    "records list [conditions]", "records runs", "records show ID",
    "records export --jsonl|--csv|--parquet FILE|--fhir [conditions]",
    "records export --dicom-sr DIR [conditions]",
    "records export --dicom-sc DIR [--images DIR] [conditions]",
    "records delete ID…",
    "records backup FILE", "records check", "records copy FROM TO",
  ],
  discussion: [
    "'validate' stores every examination, 'analyze --records FILE' those of one call. All conditions must hold. 'delete' takes "
      + "ids of examinations, and of runs, which it deletes with all their examinations; deleted bytes are overwritten. "
      + "'backup' may run while others write. 'check' looks for damage. 'copy' brings everything from one database into another, "
      + "and goes on where it stopped when it is called again; both are files or PostgreSQL databases. A password belongs in "
      + "PGPASSFILE or a service file, not on the command line.",
    "Exit status: 0 all well; 64 wrong usage; 66 there is no database, or no such id; 69 the database is locked, "
      + "damaged or out of reach, or the file is not one; 74 output could not be written; 130 interrupted.",
  ],
  verbs: ["list", "runs", "show", "export", "delete", "backup", "check", "copy"],
  options: [
    RecordsOption.records,
    RecordsOption.data,
    RecordsOption.json,
    RecordsOption.jsonl,
    RecordsOption.csv,
    RecordsOption.parquet,
    RecordsOption.fhir,
    ReportOption.fhirVersion,
    RecordsOption.dicomSR,
    RecordsOption.dicomSC, RecordsOption.images,
    RecordsOption.limit,
    RecordsOption.image,
    RecordsOption.sha256,
    RecordsOption.code,
    RecordsOption.flag,
    RecordsOption.clean,
    RecordsOption.failed,
    RecordsOption.readingProtocol,
    RecordsOption.weights,
    RecordsOption.run,
    RecordsOption.from,
    RecordsOption.to,
    RecordsOption.text,
  ],
  examples: [
    ("dermgemma records list --data data --failed", "The images of a run that could not be read."),
    ("dermgemma records export --csv --data data > all.csv", "Everything, for a spreadsheet."),
    ("dermgemma records backup --data data copy.sqlite", "A copy during the run."),
    ("dermgemma records copy data/records.sqlite service=dermgemma", "A run's records into a PostgreSQL database."),
  ],
  takesArguments: true
) { arguments, terminal in
  let task = try RecordsTask(arguments)
  let query = try RecordQuery(arguments)
  if case .copy(let source, let target) = task {
    return try await RecordsTask.copy(from: source, to: target, terminal: terminal)
  }
  return try await RecordsMaintenance.open(try recordsPath(arguments) ?? defaultRecordsPath()) { records in
    try await task.run(with: records, query: query, terminal: terminal)
  }
}

/// The database named on the command line; `nil` without one.
func recordsPath(_ arguments: ParsedArguments) throws(UsageFault) -> String? {
  let (file, folder) = (try arguments[RecordsOption.records], try arguments[RecordsOption.data])
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
    imageName = try arguments[RecordsOption.image]
    imageDigest = try arguments[RecordsOption.sha256]
    code = try arguments[RecordsOption.code]
    flag = try arguments[RecordsOption.flag]
    isClean = arguments[RecordsOption.clean] ? true : nil
    isFailure = arguments[RecordsOption.failed] ? true : nil
    readingProtocol = try arguments[RecordsOption.readingProtocol]
    weights = try arguments[RecordsOption.weights]
    run = try arguments[RecordsOption.run]
    (from, to) = (try arguments[RecordsOption.from], try arguments[RecordsOption.to])
    text = try arguments[RecordsOption.text]
  }
}

import AtomicFiles
import ClinicalReports
import Dermoscopy
import Faults
import Foundation
import Records
import Tables
import TextOutput
import UseCases

/// What a `records` command line asks for.
enum RecordsTask {
  case list(limit: Int, asJSON: Bool)
  case runs(limit: Int)
  case show(RecordID)
  case export(limit: Int, RecordsMaintenance.ExportFormat)
  case exportParquet(limit: Int, path: String)
  case exportReports(limit: Int, folder: String)
  case exportPages(limit: Int, folder: String, images: String?)
  case delete([RecordID])
  case backup(path: String)
  case check
  case copy(from: String, to: String)

  /// - Throws: `UsageFault`.
  init(_ arguments: ParsedArguments) throws(UsageFault) {
    func wrong(_ message: String) -> UsageFault { UsageFault(message: message, command: "records") }
    func ids(_ words: some Sequence<String>) throws(UsageFault) -> [RecordID] {
      var ids: [RecordID] = []
      for word in words {
        guard let id = RecordID(word) else { throw wrong("'\(word)' is not an id") }
        ids.append(id)
      }
      return ids
    }
    let limit = try arguments[RecordsOption.limit]
    let rest = arguments.positional.dropFirst()
    switch (arguments.positional.first, rest.count) {
    case ("list", 0): self = .list(limit: limit ?? 50, asJSON: arguments[RecordsOption.json])
    case ("runs", 0): self = .runs(limit: limit ?? 50)
    case ("export", 0):
      self = try Self.export(arguments, limit: limit ?? .max)
    case ("show", 1):
      guard let id = try ids(rest).first else { throw wrong("Name one examination") }
      self = .show(id)
    case ("delete", 1...): self = .delete(try ids(rest))
    case ("backup", 1): self = .backup(path: rest.first ?? "")
    case ("check", 0): self = .check
    case ("copy", 2): self = .copy(from: rest.first ?? "", to: rest.last ?? "")
    default: throw wrong("Say list, runs, show ID, export, delete ID…, backup FILE, check or copy FROM TO")
    }
  }

  /// - Throws: `UsageFault` unless one form is asked for.
  private static func export(_ arguments: ParsedArguments, limit: Int) throws(UsageFault) -> RecordsTask {
    let version = try arguments[ReportOption.fhirVersion]
    let folder = try arguments[RecordsOption.dicomSR]
    var forms: [RecordsTask] = []
    if arguments[RecordsOption.jsonl] { forms.append(.export(limit: limit, .jsonLines)) }
    if arguments[RecordsOption.csv] { forms.append(.export(limit: limit, .table)) }
    if let path = try arguments[RecordsOption.parquet] { forms.append(.exportParquet(limit: limit, path: path)) }
    if arguments[RecordsOption.fhir] {
      forms.append(.export(limit: limit, .fhir(version ?? .r4, by: AnalysisPrinter.program)))
    } else if version != nil {
      throw UsageFault(message: "--fhir-version belongs to --fhir", command: "records")
    }
    if let folder { forms.append(.exportReports(limit: limit, folder: folder)) }
    let images = try arguments[RecordsOption.images]
    if let pages = try arguments[RecordsOption.dicomSC] {
      forms.append(.exportPages(limit: limit, folder: pages, images: images))
    } else if images != nil {
      throw UsageFault(message: "--images belongs to --dicom-sc", command: "records")
    }
    guard let form = forms.first, forms.count == 1 else {
      throw UsageFault(
        message: "Say one of --jsonl, --csv, --parquet FILE, --fhir, --dicom-sr DIR and --dicom-sc DIR",
        command: "records")
    }
    return form
  }

  /// - Returns: the exit status.
  func run(with records: RecordsMaintenance, query: RecordQuery, terminal: Terminal) async throws -> Int32 {
    switch self {
    case .list(let limit, let asJSON):
      let end = try await records.list(matching: query, limit: limit) { stored in
        try terminal.print(asJSON ? ExaminationExport.json(stored) : Self.line(stored))
      }
      printEnd(end, limit: limit, "no examination matches", terminal)
    case .runs(let limit):
      let end = try await records.runs(limit: limit) { run, counts in
        try terminal.print(Self.line(run, counts))
      }
      printEnd(end, limit: limit, "there is no run", terminal)
    case .export(let limit, let format):
      try await records.export(matching: query, limit: limit, as: format) { line in
        try terminal.print(line)
      }
    case .exportParquet(let limit, let path):
      try await records.exportParquet(matching: query, limit: limit, to: path, by: AnalysisPrinter.program)
    case .exportReports(let limit, let folder):
      try Folder.make(folder)
      _ = try await records.list(matching: query, limit: limit) { stored in
        guard let report = stored.structuredReport(by: AnalysisPrinter.program) else { return }
        try AtomicFile.write(report.file, to: "\(folder)/\(report.instance).dcm")
        try terminal.print("\(folder)/\(report.instance).dcm")
      }
    case .exportPages(let limit, let folder, let images):
      let pictures = try images.map { try RecordedPictures(in: $0) }
      try Folder.make(folder)
      _ = try await records.list(matching: query, limit: limit) { stored in
        guard let page = stored.page(by: AnalysisPrinter.program) else { return }
        let picture = pictures?.picture(of: stored)
        if pictures != nil, picture == nil {
          terminal.printError("dermgemma: \(stored.imageName): its picture is not there, so its page has none")
        }
        try AtomicFile.write(try page.file(with: picture), to: "\(folder)/\(page.instance).dcm")
        try terminal.print("\(folder)/\(page.instance).dcm")
      }
    case .show(let id):
      let stored = try await records.examination(id)
      try terminal.print(Self.line(stored))
      try terminal.print(stored.report?.text ?? stored.failure?.message ?? "")
    case .delete(let ids):
      let count = try await records.delete(ids)
      try terminal.print("Deleted \(count) examination\(count == 1 ? "" : "s").")
    case .backup(let path):
      try await records.store.backUp(to: path)
    case .check:
      let result = try await records.check()
      for fault in result.faults { terminal.printError("dermgemma: \(fault)") }
      guard let counts = result.counts else { return FaultKind.unavailable.exitStatus }
      try terminal.print("Sound: \(counts.examinations) examinations, \(counts.failures) of them failed.")
    case .copy: break  // It opens two databases: `copy(from:to:terminal:)`.
    }
    return 0
  }

  /// Copies one database into another, which is made where it is not.
  ///
  /// - Returns: the exit status.
  static func copy(from source: String, to target: String, terminal: Terminal) async throws -> Int32 {
    let result = try await RecordsMaintenance.copy(from: source, to: target)
    let before = result.examinations - result.copied
    try terminal.print(
      "Copied \(result.copied) examination\(result.copied == 1 ? "" : "s")"
        + (before > 0 ? "; \(before) were there already" : "")
        + ". Both databases hold \(result.examinations) of \(result.runs) run\(result.runs == 1 ? "" : "s"), SHA-256 "
        + "\(result.digest).")
    return 0
  }

  private func printEnd(_ end: RecordsMaintenance.ListResult, limit: Int, _ none: String, _ terminal: Terminal) {
    if end.count == 0 { terminal.printError("dermgemma: \(none)") }
    if end.hasMore { terminal.printError("dermgemma: there are more; say --limit N for more than \(limit)") }
  }

  private static func time(_ date: Date) -> String {
    String(ExaminationExport.time(date).prefix(19)).replacing("T", with: " ")
  }

  /// A run on one line for a person.
  private static func line(_ run: Run, _ counts: RecordCounts) -> String {
    let provenance = run.provenance
    return Sanitizer.message(
      "\(run.id)  \(time(run.started))  \(run.kind), \(run.state.rawValue)  "
        + "\(provenance.protocolID) \(provenance.protocolVersion)  \(provenance.model)  "
        + "\(counts.examinations) examination\(counts.examinations == 1 ? "" : "s")")
  }

  /// An examination on one line for a person.
  private static func line(_ kept: StoredExamination) -> String {
    let result = kept.report.map { $0.diagnosis?.code.rawValue ?? "–" } ?? "failed"
    let flags = kept.flags.isEmpty ? "" : "  \(kept.flags.map(\.rawValue).joined(separator: ", "))"
    let padded = result + String(repeating: " ", count: max(0, 6 - result.count))
    return Sanitizer.message("\(kept.id)  \(time(kept.finished))  \(padded)  \(kept.imageName)\(flags)")
  }
}

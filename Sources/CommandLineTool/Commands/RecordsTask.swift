import Dermoscopy
import Faults
import Foundation
import Records
import Tables

/// What a `records` command line asks for.
enum RecordsTask {
  case list(limit: Int, asJSON: Bool)
  case runs(limit: Int)
  case show(RecordID)
  case export(limit: Int, asTable: Bool)
  case delete([RecordID])
  case backup(path: String)
  case check

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
      guard arguments[RecordsOption.csv] != arguments[RecordsOption.jsonl] else { throw wrong("Say --jsonl or --csv") }
      self = .export(limit: limit ?? .max, asTable: arguments[RecordsOption.csv])
    case ("show", 1):
      guard let id = try ids(rest).first else { throw wrong("Name one examination") }
      self = .show(id)
    case ("delete", 1...): self = .delete(try ids(rest))
    case ("backup", 1): self = .backup(path: rest.first ?? "")
    case ("check", 0): self = .check
    default: throw wrong("Say list, runs, show ID, export, delete ID…, backup FILE or check")
    }
  }

  /// - Returns: the exit status.
  func run(on store: any RecordStore, query: RecordQuery, terminal: Terminal) async throws -> Int32 {
    switch self {
    case .list(let limit, let asJSON):
      var shown = 0
      for try await kept in store.examinations(matching: query) {
        if shown == limit {
          terminal.printError("dermgemma: there are more; say --limit N for more than \(limit)")
          break
        }
        try terminal.print(asJSON ? ExaminationExport.json(kept) : Self.line(kept))
        shown += 1
      }
      if shown == 0 { terminal.printError("dermgemma: no examination matches") }
    case .runs(let limit): try await list(limit, of: store, terminal)
    case .export(let limit, let asTable):
      if asTable { try terminal.print(CSVRow.text(ExaminationExport.header)) }
      var shown = 0
      for try await kept in store.examinations(matching: query) {
        if shown == limit { break }
        try terminal.print(
          asTable ? CSVRow.text(ExaminationExport.row(kept)) : ExaminationExport.json(kept))
        shown += 1
      }
    case .show(let id):
      guard let kept = try await store.examination(id) else { throw UnknownRecord(id: id) }
      try terminal.print(Self.line(kept))
      try terminal.print(kept.report?.text ?? kept.failure?.message ?? "")
    case .delete(let ids):
      try await delete(ids, from: store, terminal)
    case .backup(let path):
      try await store.backUp(to: path)
    case .check:
      let faults = try await store.check()
      for fault in faults { terminal.printError("dermgemma: \(fault)") }
      guard faults.isEmpty else { return FaultKind.unavailable.exitStatus }
      let counts = try await store.counts(matching: RecordQuery())
      try terminal.print("Sound: \(counts.examinations) examinations, \(counts.failures) of them failed.")
    }
    return 0
  }

  /// Lists runs, newest first, with how many examinations each has.
  private func list(_ limit: Int, of store: any RecordStore, _ terminal: Terminal) async throws {
    var (left, cursor) = (limit, RecordCursor?.none)
    repeat {
      let page = try await store.runs(limit: min(left, RecordLimits.page), after: cursor)
      for run in page.elements {
        let counts = try await store.counts(matching: RecordQuery(run: run.id))
        let provenance = run.provenance
        try terminal.print(
          Terminal.oneLine(
            "\(run.id)  \(Self.time(run.started))  \(run.kind), \(run.state.rawValue)  "
              + "\(provenance.protocolID) \(provenance.protocolVersion)  \(provenance.model)  "
              + "\(counts.examinations) examination\(counts.examinations == 1 ? "" : "s")"))
      }
      left -= page.elements.count
      cursor = page.next
    } while cursor != nil && left > 0
    if left == limit { terminal.printError("dermgemma: there is no run") }
    if cursor != nil { terminal.printError("dermgemma: there are more; say --limit N for more than \(limit)") }
  }

  private static func time(_ date: Date) -> String {
    String(ExaminationExport.time(date).prefix(19)).replacing("T", with: " ")
  }

  /// All ids are looked up before anything is deleted.
  private func delete(_ ids: [RecordID], from store: any RecordStore, _ terminal: Terminal) async throws {
    var (runs, examinations): ([RecordID], [RecordID]) = ([], [])
    for id in ids {
      if try await store.examination(id) != nil {
        examinations.append(id)
      } else if try await store.run(id) != nil {
        runs.append(id)
      } else {
        throw UnknownRecord(id: id)
      }
    }
    let count = try await store.delete(examinations: examinations, runs: runs)
    try terminal.print("Deleted \(count) examination\(count == 1 ? "" : "s").")
  }

  /// An examination on one line for a person.
  private static func line(_ kept: StoredExamination) -> String {
    let result = kept.report.map { $0.diagnosis?.code.rawValue ?? "–" } ?? "failed"
    let flags = kept.flags.isEmpty ? "" : "  \(kept.flags.map(\.rawValue).joined(separator: ", "))"
    let padded = result + String(repeating: " ", count: max(0, 6 - result.count))
    return Terminal.oneLine("\(kept.id)  \(time(kept.finished))  \(padded)  \(kept.imageName)\(flags)")
  }
}

/// An id that does not exist.
struct UnknownRecord: Fault {
  var id: RecordID
  var kind: FaultKind { .missingInput }
  var description: String { "Nothing in the database has the id \(id)" }
}

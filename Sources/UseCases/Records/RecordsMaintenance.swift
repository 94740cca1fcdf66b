import AtomicFiles
import ClinicalReports
import Faults
import Records
import Tables

/// Looks into stored records and looks after them: what `records` does.
public struct RecordsMaintenance: Sendable {
  /// A form for other programs.
  public enum ExportFormat: Sendable {
    /// One JSON object a line.
    case jsonLines
    /// Comma-separated values, the columns' names first.
    case table
    /// One FHIR Bundle a line; an OperationOutcome for an image that could not be read.
    case fhir(FHIRVersion, by: ReportingProgram)
  }

  /// How a list ended.
  public struct ListResult: Sendable, Hashable {
    /// How many were handed over.
    public var count: Int
    /// Whether there are more.
    public var hasMore: Bool
  }

  /// The result of a check.
  public struct CheckResult: Sendable {
    /// What is wrong, one line each; empty when the database is sound.
    public var faults: [String]
    /// What is in it; `nil` when it is not sound.
    public var counts: RecordCounts?
  }

  /// The database.
  public let store: any RecordStore

  /// Maintenance of an open database.
  public init(of store: any RecordStore) { self.store = store }

  /// Opens a database that is there, and closes it afterwards.
  ///
  /// - Parameters:
  ///   - location: where it is.
  ///   - body: what is done with it.
  /// - Throws: `RecordFault`; what `body` throws.
  public static func open<Value>(
    _ location: String, _ body: (RecordsMaintenance) async throws -> Value
  ) async throws -> Value {
    let store = try await RecordStores.open(location, opening: .existing)
    do {
      let value = try await body(RecordsMaintenance(of: store))
      await store.close()
      return value
    } catch {
      await store.close()
      throw error
    }
  }

  /// Copies everything that one database holds into another, which is made where it is not.
  ///
  /// - Parameters:
  ///   - source: where the first is.
  ///   - target: where the second is.
  /// - Throws: `RecordFault`.
  public static func copy(from source: String, to target: String) async throws -> RecordCopy.Result {
    try await open(source) { first in
      let second = try await RecordStores.open(target)
      do {
        let result = try await RecordCopy(of: first.store, into: second).run()
        await second.close()
        return result
      } catch {
        await second.close()
        throw error
      }
    }
  }

  /// Examinations, newest first.
  ///
  /// - Parameters:
  ///   - query: which.
  ///   - limit: how many at most.
  ///   - each: called with each.
  /// - Throws: `RecordFault`, `CancellationError`; what `each` throws.
  public func list(
    matching query: RecordQuery, limit: Int, each: (StoredExamination) throws -> Void
  ) async throws -> ListResult {
    var count = 0
    for try await stored in store.examinations(matching: query) {
      if count == limit { return ListResult(count: count, hasMore: true) }
      try each(stored)
      count += 1
    }
    return ListResult(count: count, hasMore: false)
  }

  /// Runs, newest first, each with how many examinations it has.
  ///
  /// - Parameters:
  ///   - limit: how many at most.
  ///   - each: called with each.
  /// - Throws: `RecordFault`; what `each` throws.
  public func runs(limit: Int, each: (Run, RecordCounts) throws -> Void) async throws -> ListResult {
    var (count, cursor) = (0, RecordCursor?.none)
    repeat {
      let page = try await store.runs(limit: min(limit - count, RecordLimits.page), after: cursor)
      for run in page.elements { try each(run, try await store.counts(matching: RecordQuery(run: run.id))) }
      count += page.elements.count
      cursor = page.next
    } while cursor != nil && count < limit
    return ListResult(count: count, hasMore: cursor != nil)
  }

  /// An examination.
  ///
  /// - Throws: ``UnknownRecord``, `RecordFault`.
  public func examination(_ id: RecordID) async throws -> StoredExamination {
    guard let stored = try await store.examination(id) else { throw UnknownRecord(id: id) }
    return stored
  }

  /// Writes examinations for other programs, newest first.
  ///
  /// - Parameters:
  ///   - query: which.
  ///   - limit: how many at most.
  ///   - format: how.
  ///   - line: called with each line, without its end.
  /// - Throws: `RecordFault`, `CancellationError`; what `line` throws.
  public func export(
    matching query: RecordQuery, limit: Int, as format: ExportFormat, line: (String) throws -> Void
  ) async throws {
    if case .table = format { try line(CSVRow.text(ExaminationExport.header)) }
    _ = try await list(matching: query, limit: limit) { stored in
      switch format {
      case .jsonLines: try line(ExaminationExport.json(stored))
      case .table: try line(CSVRow.text(ExaminationExport.row(stored)))
      case .fhir(let version, let program): try line(stored.fhir(version, by: program))
      }
    }
  }

  /// Writes examinations into a Parquet file, newest first, in constant memory.
  ///
  /// - Parameters:
  ///   - query: which.
  ///   - limit: how many at most.
  ///   - path: the file's place.
  ///   - program: what wrote it.
  /// - Throws: `RecordFault`, `UnwritableFile`, `CancellationError`; then the file stays as it was.
  public func exportParquet(
    matching query: RecordQuery, limit: Int, to path: String, by program: ReportingProgram
  ) async throws {
    try await OutputFile.write(to: path) { write in
      var table = ParquetWriter(
        ExaminationExport.columns, program: "\(ReportingProgram.name) version \(program.version)")
      _ = try await list(matching: query, limit: limit) { stored in
        try table.add(ExaminationExport.cells(stored), to: write)
      }
      try table.finish(to: write)
    }
  }

  /// Deletes examinations, and runs with all that belongs to them. All ids are looked up before anything is deleted.
  ///
  /// - Returns: how many examinations there were.
  /// - Throws: ``UnknownRecord``, `RecordFault`.
  public func delete(_ ids: [RecordID]) async throws -> Int {
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
    return try await store.delete(examinations: examinations, runs: runs)
  }

  /// Looks for damage.
  ///
  /// - Throws: `RecordFault`.
  public func check() async throws -> CheckResult {
    let faults = try await store.check()
    let counts = faults.isEmpty ? try await store.counts(matching: RecordQuery()) : nil
    return CheckResult(faults: faults, counts: counts)
  }
}

/// An id that does not exist.
public struct UnknownRecord: Fault, Equatable {
  /// The id.
  public var id: RecordID
  public var kind: FaultKind { .missingInput }
  public var description: String { "Nothing in the database has the id \(id)" }
}

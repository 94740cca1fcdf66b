import AtomicFiles
import Synchronization

extension PostgreSQLRecords {
  func keep(_ examination: StoredExamination, replacing: Bool) async throws(RecordFault) {
    let row = try ExaminationRow(examination)
    try await writer.run { (connection, isRepeat) throws(RecordFault) in
      guard replacing else {
        return try Self.insert(row, of: examination, isRepeat: isRepeat, into: connection)
      }
      // One that does not replace may put something there between the statements.
      for attempt in 1...3 {
        do throws(RecordFault) {
          return try Self.replace(row, of: examination, on: connection)
        } catch {
          guard case .alreadyKept = error, attempt < 3 else { throw error }
        }
      }
    }
  }

  private static func replace(
    _ row: ExaminationRow, of examination: StoredExamination, on connection: PostgreSQLConnection
  ) throws(RecordFault) {
    try connection.transaction { () throws(RecordFault) in
      // Those who replace in one run take turns; the last one stays.
      try connection.run("SELECT number FROM runs WHERE id = ? FOR NO KEY UPDATE", [.text(examination.run.text)])
      try connection.run(
        "DELETE FROM examinations WHERE run = (SELECT number FROM runs WHERE id = ?) AND position = ?",
        [.text(examination.run.text), .integer(examination.position)])
      try insert(row, of: examination, isRepeat: false, into: connection)
    }
  }

  func keep(_ examinations: [StoredExamination]) async throws(RecordFault) {
    var rows: [(row: ExaminationRow, examination: StoredExamination)] = []
    for examination in examinations { rows.append((try ExaminationRow(examination), examination)) }
    try await writer.run { [rows] (connection, isRepeat) throws(RecordFault) in
      try connection.transaction { () throws(RecordFault) in
        for (row, examination) in rows {
          try Self.insert(row, of: examination, isRepeat: isRepeat, into: connection)
        }
      }
    }
  }

  /// One statement, and so one transaction and one round trip; `home` is the run.
  private static let insertion = """
    WITH home AS (SELECT number, protocol_id, protocol_sha256, model, weights_sha256 FROM runs WHERE id = ?),
    kept AS (
      INSERT INTO examinations (id, run, position, finished_ms, image_name, image_sha256, outcome, code, truth, agrees,
        description, protocol_id, protocol_sha256, model, weights_sha256, elapsed_ms, body, details)
      SELECT ?::text, home.number, ?::bigint, ?::bigint, ?::text, ?::text, ?::text, ?::text, ?::text, ?::smallint, ?::text,
        coalesce(?::text, home.protocol_id), coalesce(?::text, home.protocol_sha256), coalesce(?::text, home.model),
        coalesce(?::text, home.weights_sha256), ?::double precision, ?::text, ?::text FROM home
      ON CONFLICT (run, position) DO NOTHING RETURNING number),
    flagged AS (
      INSERT INTO flags (examination, flag) SELECT kept.number, flag FROM kept, unnest(?::text[]) AS flag
      ON CONFLICT DO NOTHING)
    SELECT number FROM kept
    """

  private static func insert(
    _ row: ExaminationRow, of examination: StoredExamination, isRepeat: Bool, into connection: PostgreSQLConnection
  ) throws(RecordFault) {
    var values = row.values(examination, run: .text(examination.run.text))
    values.swapAt(0, 1)  // The run comes first here, then the id.
    let flags = examination.flags.map { "\"\($0.rawValue)\"" }.joined(separator: ",")
    let number = try connection.number(insertion, values + [.text("{\(flags)}")])
    if number > 0 { return }
    // Nothing was inserted: the run is unknown, or its position is taken.
    let taken = try connection.row(
      "SELECT e.id FROM runs r LEFT JOIN examinations e ON e.run = r.number AND e.position = ? WHERE r.id = ?",
      [.integer(examination.position), .text(examination.run.text)]
    ) { (row: PostgreSQLRow) throws(RecordFault) in row.text(0) }
    guard let taken else { throw .unknownRun(examination.run) }
    // An attempt whose acknowledgement was lost has stored it.
    if isRepeat, taken == examination.id.text { return }
    throw .alreadyKept(run: examination.run, position: examination.position)
  }

  // MARK: Deleting

  /// Deletes rows. Their bytes leave the server's files when it vacuums them, and its log when that is recycled.
  func delete(examinations: [RecordID], runs: [RecordID]) async throws(RecordFault) -> Int {
    let (examinations, runs) = (Self.array(examinations), Self.array(runs))
    // What an attempt deleted whose acknowledgement was lost.
    let earlier = Mutex(0)
    return try await writer.run { (connection, _) throws(RecordFault) in
      let count = try connection.transaction { () throws(RecordFault) in
        let count = try connection.number(
          """
          WITH gone AS (
            DELETE FROM examinations WHERE id = ANY(?::text[])
              OR run IN (SELECT number FROM runs WHERE id = ANY(?::text[])) RETURNING 1)
          SELECT count(*) FROM gone
          """, [examinations, runs])
        try connection.run("DELETE FROM runs WHERE id = ANY(?::text[])", [runs])
        if count > 0 { earlier.withLock { $0 = count } }
        return count
      }
      return count > 0 ? count : earlier.withLock { $0 }
    }
  }

  /// Ids as an array of SQL; an id has no character that needs an escape.
  private static func array(_ ids: [RecordID]) -> ColumnValue {
    .text("{" + Set(ids).map(\.text).sorted().joined(separator: ",") + "}")
  }

  // MARK: Backup

  /// Writes an SQLite database with all that is stored at this moment.
  func backUp(to path: String) async throws(RecordFault) {
    try await reader.run { (connection, _) throws(RecordFault) in try connection.run("SELECT 1") }
    let snapshot = try await PostgreSQLRecords(snapshotOf: self)
    let outcome: Result<Void, RecordFault>
    do throws(RecordFault) {
      try await RecordCopy.write(snapshot, toNewFile: path)
      outcome = .success(())
    } catch {
      outcome = .failure(error)
    }
    await snapshot.close()
    try outcome.get()
  }
}

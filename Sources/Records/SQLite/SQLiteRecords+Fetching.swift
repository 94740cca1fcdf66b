extension SQLiteRecords {
  func examination(_ id: RecordID) async throws(RecordFault) -> StoredExamination? {
    try await select("WHERE e.id = ?", [.text(id.text)]).first?.examination
  }

  func examination(ofRun run: RecordID, at position: Int) async throws(RecordFault) -> StoredExamination? {
    try await select("WHERE r.id = ? AND e.position = ?", [.text(run.text), .integer(position)]).first?.examination
  }

  func examinations(
    ofRun run: RecordID, after position: Int?, limit: Int
  ) async throws(RecordFault) -> [StoredExamination] {
    try await select(
      "WHERE r.id = ? AND e.position > ? ORDER BY e.position LIMIT ?",
      [.text(run.text), .integer(position ?? -1), .integer(Self.clamped(limit))]
    ).map(\.examination)
  }

  func keptPositions(ofRun run: RecordID, failures: Bool) async throws(RecordFault) -> [ClosedRange<Int>] {
    try await reader.run { (connection: Connection) throws(RecordFault) in
      // Neighbours have the same difference between their position and their rank.
      try connection.rows(
        """
        SELECT min(position), max(position) FROM (
          SELECT position, position - row_number() OVER (ORDER BY position) AS island FROM examinations
          WHERE run = (SELECT number FROM runs WHERE id = ?) AND (outcome <> 'failure' OR ?))
        GROUP BY island ORDER BY 1
        """, [.text(run.text), .integer(failures ? 1 : 0)]
      ) { (row: Row) throws(RecordFault) in row.integer(0)...max(row.integer(0), row.integer(1)) }
    }
  }

  /// The examinations that a condition on `e` (examinations) and `r` (runs) selects.
  func select(
    _ condition: String, _ values: [Connection.Value]
  ) async throws(RecordFault) -> [(number: Int64, examination: StoredExamination)] {
    let sql = Self.selection(condition)
    return try await reader.run { (connection: Connection) throws(RecordFault) in
      try connection.rows(sql, values) { (row: Row) throws(RecordFault) in
        try ExaminationRow.examination(in: row, of: connection)
      }
    }
  }

  /// A statement for the rows that a condition on `e` (examinations) and `r` (runs) selects.
  static func selection(_ condition: String) -> String {
    "SELECT \(ExaminationRow.columns) FROM examinations e JOIN runs r ON r.number = e.run \(condition)"
  }
}

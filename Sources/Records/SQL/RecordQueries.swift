import Dermoscopy

/// What is asked of every database in the same words, so that every one answers alike.
enum RecordQueries {
  typealias Numbered<Element> = (number: Int64, element: Element)

  // MARK: Runs

  static func run(_ id: RecordID, on connection: some SQLConnection) throws(RecordFault) -> Run? {
    let found = try runs("WHERE id = ?", [.text(id.text)], on: connection)
    return found.first?.element
  }

  /// The newest runs before a row's number.
  static func runs(
    before number: Int64?, limit: Int, on connection: some SQLConnection
  ) throws(RecordFault) -> [Numbered<Run>] {
    try runs(
      "WHERE number < ? ORDER BY number DESC LIMIT ?", [.integer(number ?? .max), .integer(limit)], on: connection)
  }

  private static func runs<Connection: SQLConnection>(
    _ condition: String, _ values: [ColumnValue], on connection: Connection
  ) throws(RecordFault) -> [Numbered<Run>] {
    let store = connection.store
    return try connection.rows("SELECT \(RunRow.columns) FROM runs \(condition)", values) {
      (row: Connection.Row) throws(RecordFault) in try RunRow.run(in: row, of: store)
    }
  }

  // MARK: Examinations

  /// A statement for the rows that a condition on `e` (examinations) and `r` (runs) selects.
  static func selection(_ condition: String) -> String {
    "SELECT \(ExaminationRow.columns) FROM examinations e JOIN runs r ON r.number = e.run \(condition)"
  }

  /// The examinations that a condition on `e` (examinations) and `r` (runs) selects.
  static func examinations(
    _ condition: String, _ values: [ColumnValue], on connection: some SQLConnection
  ) throws(RecordFault) -> [Numbered<StoredExamination>] {
    try examinations(selectedBy: selection(condition), values, on: connection)
  }

  /// The examinations that a statement of ``selection(_:)`` finds.
  static func examinations<Connection: SQLConnection>(
    selectedBy sql: String, _ values: [ColumnValue], on connection: Connection
  ) throws(RecordFault) -> [Numbered<StoredExamination>] {
    let store = connection.store
    return try connection.rows(sql, values) { (row: Connection.Row) throws(RecordFault) in
      try ExaminationRow.examination(in: row, of: store)
    }
  }

  static func examination(_ id: RecordID, on connection: some SQLConnection) throws(RecordFault) -> StoredExamination? {
    try examinations("WHERE e.id = ?", [.text(id.text)], on: connection).first?.element
  }

  static func examination(
    ofRun run: RecordID, at position: Int, on connection: some SQLConnection
  ) throws(RecordFault) -> StoredExamination? {
    let values: [ColumnValue] = [.text(run.text), .integer(position)]
    return try examinations("WHERE r.id = ? AND e.position = ?", values, on: connection).first?.element
  }

  /// A run's examinations by their positions.
  static func examinations(
    ofRun run: RecordID, after position: Int?, limit: Int, on connection: some SQLConnection
  ) throws(RecordFault) -> [StoredExamination] {
    let found = try examinations(
      "WHERE r.id = ? AND e.position > ? ORDER BY e.position LIMIT ?",
      [.text(run.text), .integer(position ?? -1), .integer(Place.clamped(limit))], on: connection)
    return found.map(\.element)
  }

  static func keptPositions<Connection: SQLConnection>(
    ofRun run: RecordID, failures: Bool, on connection: Connection
  ) throws(RecordFault) -> [ClosedRange<Int>] {
    // Neighbours have the same difference between their position and their rank.
    try connection.rows(
      """
      SELECT min(position), max(position) FROM (
        SELECT position, position - row_number() OVER (ORDER BY position) AS island FROM examinations
        WHERE run = (SELECT number FROM runs WHERE id = ?) AND (outcome <> 'failure' OR ? = 1)) AS taken
      GROUP BY island ORDER BY 1
      """, [.text(run.text), .integer(failures ? 1 : 0)]
    ) { (row: Connection.Row) throws(RecordFault) in row.integer(0)...max(row.integer(0), row.integer(1)) }
  }

  /// The statement that finds the newest examinations before a row's number.
  static func search(
    _ query: RecordQuery, before number: Int64?, limit: Int, in dialect: SQLDialect
  ) -> (sql: String, values: [ColumnValue]) {
    let filter = SearchFilter(query, in: dialect)
    return (
      selection("WHERE e.number < ? AND \(filter.condition) ORDER BY e.number DESC LIMIT ?"),
      [.integer(number ?? .max)] + filter.values + [.integer(limit)]
    )
  }

  static func counts<Connection: SQLConnection>(
    matching query: RecordQuery, in dialect: SQLDialect, on connection: Connection
  ) throws(RecordFault) -> RecordCounts {
    let filter = SearchFilter(query, in: dialect)
    let matching = "examinations e JOIN runs r ON r.number = e.run WHERE \(filter.condition)"
    // One transaction, so that the numbers fit each other.
    return try connection.transaction(writes: false) { () throws(RecordFault) in
      var counts = RecordCounts()
      _ = try connection.rows(
        """
        SELECT count(*), count(*) FILTER (WHERE e.outcome = 'failure'), count(*) FILTER (WHERE e.outcome <> 'failure'
          AND NOT EXISTS (SELECT 1 FROM flags WHERE examination = e.number)) FROM \(matching)
        """, filter.values
      ) { (row: Connection.Row) throws(RecordFault) in
        (counts.examinations, counts.failures, counts.clean) = (row.integer(0), row.integer(1), row.integer(2))
      }
      _ = try connection.rows(
        "SELECT e.code, count(*) FROM \(matching) AND e.code IS NOT NULL GROUP BY e.code", filter.values
      ) { (row: Connection.Row) throws(RecordFault) in
        if let code = LesionCode(rawValue: row.text(0) ?? "") { counts.codes[code] = row.integer(1) }
      }
      _ = try connection.rows(
        "SELECT flag, count(*) FROM flags WHERE examination IN (SELECT e.number FROM \(matching)) GROUP BY flag",
        filter.values
      ) { (row: Connection.Row) throws(RecordFault) in
        if let flag = QualityFlag(rawValue: row.text(0) ?? "") { counts.flags[flag] = row.integer(1) }
      }
      return counts
    }
  }

  /// One line for each examination that cannot be read.
  static func unreadable<Connection: SQLConnection>(on connection: Connection) throws(RecordFault) -> [String] {
    let store = connection.store
    var (faults, last, count): ([String], Int64, Int) = ([], 0, 0)
    repeat {
      let page = try connection.rows(
        selection("WHERE e.number > ? ORDER BY e.number LIMIT ?"), [.integer(last), .integer(RecordLimits.page)]
      ) { (row: Connection.Row) throws(RecordFault) -> (number: Int64, fault: String?) in
        let number = Int64(row.integer(0))
        do throws(RecordFault) {
          _ = try ExaminationRow.examination(in: row, of: store)
          return (number, nil)
        } catch {
          return (number, error.description)
        }
      }
      faults += page.compactMap(\.fault)
      (last, count) = (page.last?.number ?? last, page.count)
    } while count == RecordLimits.page
    return faults
  }
}

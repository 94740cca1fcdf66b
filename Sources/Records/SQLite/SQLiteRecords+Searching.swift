import Dermoscopy

extension SQLiteRecords {
  func examinations(
    matching query: RecordQuery, limit: Int, after cursor: RecordCursor?
  ) async throws(RecordFault) -> RecordPage<StoredExamination> {
    let last = try cursor.map { (cursor) throws(RecordFault) in try Place(cursor, in: .examinations) }
    let limit = Self.clamped(limit)
    let (sql, values) = Self.search(query, before: last?.number, limit: limit + 1)
    let found = try await reader.runUntilCancelled { (connection: Connection) throws(RecordFault) in
      try connection.rows(sql, values) { (row: Row) throws(RecordFault) in
        try ExaminationRow.examination(in: row, of: connection)
      }
    }
    let shown = found.prefix(limit)
    let next = found.count > limit ? shown.last.map { Place(list: .examinations, number: $0.number).cursor } : nil
    return RecordPage(elements: shown.map(\.examination), next: next)
  }

  /// The statement that finds the newest examinations before a row's number.
  static func search(
    _ query: RecordQuery, before number: Int64?, limit: Int
  ) -> (sql: String, values: [Connection.Value]) {
    let filter = Filter(query)
    return (
      selection("WHERE e.number < ? AND \(filter.condition) ORDER BY e.number DESC LIMIT ?"),
      [.integer(number ?? .max)] + filter.values + [.integer(limit)]
    )
  }

  func counts(matching query: RecordQuery) async throws(RecordFault) -> RecordCounts {
    let filter = Filter(query)
    let matching = "examinations e JOIN runs r ON r.number = e.run WHERE \(filter.condition)"
    return try await reader.run { (connection: Connection) throws(RecordFault) in
      // One transaction, so that the numbers fit each other.
      try connection.transaction(writes: false) { () throws(RecordFault) in
        var counts = RecordCounts()
        _ = try connection.rows(
          """
          SELECT count(*), coalesce(sum(e.outcome = 'failure'), 0), coalesce(sum(e.outcome <> 'failure'
            AND NOT EXISTS (SELECT 1 FROM flags WHERE examination = e.number)), 0) FROM \(matching)
          """, filter.values
        ) { (row: Row) throws(RecordFault) in
          (counts.examinations, counts.failures, counts.clean) = (row.integer(0), row.integer(1), row.integer(2))
        }
        _ = try connection.rows(
          "SELECT e.code, count(*) FROM \(matching) AND e.code IS NOT NULL GROUP BY e.code", filter.values
        ) { (row: Row) throws(RecordFault) in
          if let code = LesionCode(rawValue: row.text(0) ?? "") { counts.codes[code] = row.integer(1) }
        }
        _ = try connection.rows(
          "SELECT flag, count(*) FROM flags WHERE examination IN (SELECT e.number FROM \(matching)) GROUP BY flag",
          filter.values
        ) { (row: Row) throws(RecordFault) in
          if let flag = QualityFlag(rawValue: row.text(0) ?? "") { counts.flags[flag] = row.integer(1) }
        }
        return counts
      }
    }
  }
}

/// A query as a condition in SQL. Only values come from outside, and they are bound.
struct Filter: Sendable {
  private(set) var condition = "1"
  private(set) var values: [Connection.Value] = []

  init(_ query: RecordQuery) {
    if let name = query.imageName {
      // Names are scanned in their index: the table's rows are a hundred times as large.
      add("e.number IN (SELECT number FROM examinations WHERE instr(lower(image_name), lower(?)) > 0)", .text(name))
    }
    if let digest = query.imageDigest { add(prefix: digest, of: "e.image_sha256") }
    if let code = query.code { add("e.code = ?", .text(code.rawValue)) }
    if let agrees = query.agrees { add("e.agrees = ?", .integer(agrees ? 1 : 0)) }
    if let flag = query.flag {
      add("e.number IN (SELECT examination FROM flags WHERE flag = ?)", .text(flag.rawValue))
    }
    if let isClean = query.isClean {
      let hasFlag = "EXISTS (SELECT 1 FROM flags WHERE examination = e.number)"
      add(isClean ? "e.outcome <> 'failure' AND NOT \(hasFlag)" : hasFlag)
    }
    if let isFailure = query.isFailure { add(isFailure ? "e.outcome = 'failure'" : "e.outcome <> 'failure'") }
    if let name = query.readingProtocol { add(prefix: name, of: "e.protocol_sha256", or: "e.protocol_id") }
    if let name = query.weights { add(prefix: name, of: "e.weights_sha256", or: "e.model") }
    if let run = query.run { add("e.run = (SELECT number FROM runs WHERE id = ?)", .text(run.text)) }
    if let from = query.from { add("e.finished_ms >= ?", .integer(from.milliseconds)) }
    if let to = query.to { add("e.finished_ms < ?", .integer(to.milliseconds)) }
    if let text = query.text { add("instr(lower(e.description), lower(?)) > 0", .text(text)) }
  }

  private mutating func add(_ condition: String, _ values: Connection.Value...) {
    self.condition += " AND (\(condition))"
    self.values += values
  }

  /// The first digits of a digest, in a way that an index answers: `g` stands behind every hexadecimal digit.
  private mutating func add(prefix: String, of column: String, or name: String? = nil) {
    let digits = prefix.lowercased()
    let range = "\(column) >= ? AND \(column) < ?"
    if let name {
      add("(\(range)) OR \(name) = ?", .text(digits), .text(digits + "g"), .text(prefix))
    } else {
      add(range, .text(digits), .text(digits + "g"))
    }
  }
}

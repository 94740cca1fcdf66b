extension SQLiteRecords {
  func examinations(
    matching query: RecordQuery, limit: Int, after cursor: RecordCursor?
  ) async throws(RecordFault) -> RecordPage<StoredExamination> {
    let last = try cursor.map { (cursor) throws(RecordFault) in try Place(cursor, in: .examinations) }
    let limit = Place.clamped(limit)
    let (sql, values) = RecordQueries.search(query, before: last?.number, limit: limit + 1, in: .sqlite)
    let found = try await reader.runUntilCancelled { (connection: Connection) throws(RecordFault) in
      try RecordQueries.examinations(selectedBy: sql, values, on: connection)
    }
    return Place.page(of: found, limit: limit, in: .examinations)
  }

  func counts(matching query: RecordQuery) async throws(RecordFault) -> RecordCounts {
    try await reader.run { (connection: Connection) throws(RecordFault) in
      try RecordQueries.counts(matching: query, in: .sqlite, on: connection)
    }
  }
}

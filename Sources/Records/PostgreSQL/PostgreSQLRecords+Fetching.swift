extension PostgreSQLRecords {
  func examination(_ id: RecordID) async throws(RecordFault) -> StoredExamination? {
    try await reader.run { (connection, _) throws(RecordFault) in
      try RecordQueries.examination(id, on: connection)
    }
  }

  func examination(ofRun run: RecordID, at position: Int) async throws(RecordFault) -> StoredExamination? {
    try await reader.run { (connection, _) throws(RecordFault) in
      try RecordQueries.examination(ofRun: run, at: position, on: connection)
    }
  }

  func examinations(
    ofRun run: RecordID, after position: Int?, limit: Int
  ) async throws(RecordFault) -> [StoredExamination] {
    try await reader.run { (connection, _) throws(RecordFault) in
      try RecordQueries.examinations(ofRun: run, after: position, limit: limit, on: connection)
    }
  }

  func keptPositions(ofRun run: RecordID, failures: Bool) async throws(RecordFault) -> [ClosedRange<Int>] {
    try await reader.run { (connection, _) throws(RecordFault) in
      try RecordQueries.keptPositions(ofRun: run, failures: failures, on: connection)
    }
  }

  func examinations(
    matching query: RecordQuery, limit: Int, after cursor: RecordCursor?
  ) async throws(RecordFault) -> RecordPage<StoredExamination> {
    let last = try cursor.map { (cursor) throws(RecordFault) in try Place(cursor, in: .examinations) }
    let limit = Place.clamped(limit)
    let (sql, values) = RecordQueries.search(query, before: last?.number, limit: limit + 1, in: .postgresql)
    let found = try await reader.run(isCancellable: true) { (connection, _) throws(RecordFault) in
      try RecordQueries.examinations(selectedBy: sql, values, on: connection)
    }
    return Place.page(of: found, limit: limit, in: .examinations)
  }

  func counts(matching query: RecordQuery) async throws(RecordFault) -> RecordCounts {
    try await reader.run { (connection, _) throws(RecordFault) in
      try RecordQueries.counts(matching: query, in: .postgresql, on: connection)
    }
  }

  func check() async throws(RecordFault) -> [String] {
    try await reader.run { (connection, _) throws(RecordFault) in try RecordQueries.unreadable(on: connection) }
  }
}

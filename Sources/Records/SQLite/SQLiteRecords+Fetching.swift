extension SQLiteRecords {
  func examination(_ id: RecordID) async throws(RecordFault) -> StoredExamination? {
    try await reader.run { (connection: Connection) throws(RecordFault) in
      try RecordQueries.examination(id, on: connection)
    }
  }

  func examination(ofRun run: RecordID, at position: Int) async throws(RecordFault) -> StoredExamination? {
    try await reader.run { (connection: Connection) throws(RecordFault) in
      try RecordQueries.examination(ofRun: run, at: position, on: connection)
    }
  }

  func examinations(
    ofRun run: RecordID, after position: Int?, limit: Int
  ) async throws(RecordFault) -> [StoredExamination] {
    try await reader.run { (connection: Connection) throws(RecordFault) in
      try RecordQueries.examinations(ofRun: run, after: position, limit: limit, on: connection)
    }
  }

  func keptPositions(ofRun run: RecordID, failures: Bool) async throws(RecordFault) -> [ClosedRange<Int>] {
    try await reader.run { (connection: Connection) throws(RecordFault) in
      try RecordQueries.keptPositions(ofRun: run, failures: failures, on: connection)
    }
  }
}

extension SQLiteRecords {
  func copy(
    examinationsOf run: RecordID, in source: String, into own: RecordID
  ) async throws(RecordFault) -> Int {
    try await writer.run { (connection: Connection) throws(RecordFault) in
      let number = try connection.row("SELECT number FROM runs WHERE id = ?", [.text(own.text)]) {
        (row: Row) throws(RecordFault) in row.integer(0)
      }
      guard let number else { throw .unknownRun(own) }
      // SQLite attaches outside of transactions only.
      try connection.run("ATTACH DATABASE ? AS source", [.text(source)])
      let outcome: Result<Int, RecordFault>
      do throws(RecordFault) {
        outcome = .success(
          try connection.transaction { () throws(RecordFault) in
            try Self.copy(run, to: number, on: connection)
          })
      } catch {
        outcome = .failure(error)
      }
      try connection.run("DETACH DATABASE source")
      return try outcome.get()
    }
  }

  private static func copy(_ run: RecordID, to number: Int, on connection: Connection) throws(RecordFault) -> Int {
    let columns = """
      id, position, finished_ms, image_name, image_sha256, outcome, code, truth, agrees, description, protocol_id, \
      protocol_sha256, model, weights_sha256, elapsed_ms, body, details
      """
    let theirs = "SELECT number FROM source.runs WHERE id = ?"
    try connection.run(
      """
      INSERT INTO main.examinations (run, \(columns))
      SELECT ?, \(columns) FROM source.examinations WHERE run = (\(theirs)) ORDER BY position
      """, [.integer(number), .text(run.text)])
    let count = connection.changes
    try connection.run(
      """
      INSERT INTO main.flags (examination, flag)
      SELECT own.number, flags.flag FROM source.examinations AS copied
      JOIN source.flags AS flags ON flags.examination = copied.number
      JOIN main.examinations AS own ON own.id = copied.id
      WHERE copied.run = (\(theirs))
      """, [.text(run.text)])
    return count
  }
}

import Foundation

extension SQLiteRecords {
  func begin(_ run: Run) async throws(RecordFault) {
    let values = try RunRow.values(run)
    try await writer.run { (connection: Connection) throws(RecordFault) in
      let taken = try connection.number("SELECT count(*) FROM runs WHERE id = ?", [.text(run.id.text)])
      guard taken == 0 else { throw .unkeepable(reason: "the run \(run.id) already exists") }
      try connection.run(RunRow.insertion, values)
    }
  }

  func mark(run: RecordID, as state: Run.State, ended: Date?) async throws(RecordFault) {
    try await writer.run { (connection: Connection) throws(RecordFault) in
      try connection.run(
        "UPDATE runs SET state = ?, ended_ms = ? WHERE id = ?",
        [.text(state.rawValue), ended.map { .integer($0.milliseconds) } ?? .null, .text(run.text)])
      guard connection.changes == 1 else { throw .unknownRun(run) }
    }
  }

  func run(_ id: RecordID) async throws(RecordFault) -> Run? {
    try await reader.run { (connection: Connection) throws(RecordFault) in
      try RecordQueries.run(id, on: connection)
    }
  }

  func runs(limit: Int, after cursor: RecordCursor?) async throws(RecordFault) -> RecordPage<Run> {
    let last = try cursor.map { (cursor) throws(RecordFault) in try Place(cursor, in: .runs) }
    let limit = Place.clamped(limit)
    let found = try await reader.run { (connection: Connection) throws(RecordFault) in
      try RecordQueries.runs(before: last?.number, limit: limit + 1, on: connection)
    }
    return Place.page(of: found, limit: limit, in: .runs)
  }
}

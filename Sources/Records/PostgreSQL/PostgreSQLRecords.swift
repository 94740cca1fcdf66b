import Foundation
import Synchronization

/// A ``RecordStore`` in a PostgreSQL database, which any number of machines may use at the same time.
///
/// One connection writes and two read, each on a queue of its own. What was acknowledged is in the server's log on its disk
/// (`synchronous_commit`). A server that goes away is waited for, and what was under way is repeated, so that it takes
/// effect once.
final class PostgreSQLRecords: RecordStore {
  /// How long a call waits for a server that was there before.
  static let patience = Duration.seconds(30)
  private static let readerCount = 2

  let location: PostgreSQLLocation
  let writer: PostgreSQLQueue
  private let readers: [PostgreSQLQueue]
  private let turn = Atomic(0)

  /// Opens a database and brings its schema up to date.
  ///
  /// - Throws: `unreachable`, `missing`, `unusable`, `newer`, `busy`, `unwritable`.
  init(
    _ location: PostgreSQLLocation, opening: RecordStores.Opening, patience: Duration = patience,
    migrations: [Migration] = PostgreSQLSchema.migrations
  ) async throws(RecordFault) {
    self.location = location
    writer = PostgreSQLQueue(name: location.name, label: "writer", patience: patience, waits: false) {
      () throws(RecordFault) in
      let connection = try PostgreSQLConnection(location, readsOnly: false)
      try PostgreSQLSchema.migrate(connection, by: migrations, opening: opening)
      return connection
    }
    readers = (0..<Self.readerCount).map { number in
      PostgreSQLQueue(name: location.name, label: "reader-\(number)", patience: patience, waits: true) {
        () throws(RecordFault) in try PostgreSQLConnection(location, readsOnly: true)
      }
    }
    try await writer.run { (_, _) throws(RecordFault) in () }
  }

  /// The database of another as it is at this moment, for reading.
  init(snapshotOf other: PostgreSQLRecords) async throws(RecordFault) {
    let location = other.location
    self.location = location
    writer = PostgreSQLQueue(name: location.name, label: "snapshot", patience: .zero, waits: false) {
      () throws(RecordFault) in
      let connection = try PostgreSQLConnection(location, readsOnly: true)
      try connection.beginSnapshot()
      return connection
    }
    readers = [writer]
    try await writer.run { (_, _) throws(RecordFault) in () }
  }

  /// A queue for reading; they take turns.
  var reader: PostgreSQLQueue {
    let number = turn.wrappingAdd(1, ordering: .relaxed).oldValue
    return readers[Int(UInt(bitPattern: number) % UInt(readers.count))]
  }

  func close() async {
    for reader in readers { await reader.close() }
    await writer.close()
  }

  // MARK: Runs

  func begin(_ run: Run) async throws(RecordFault) {
    let values = try RunRow.values(run)
    try await writer.run { (connection, isRepeat) throws(RecordFault) in
      try connection.run(RunRow.insertion + " ON CONFLICT (id) DO NOTHING", values)
      guard connection.changes == 0 else { return }
      // An attempt whose acknowledgement was lost has stored it.
      if isRepeat, try RecordQueries.run(run.id, on: connection) == run { return }
      throw .unkeepable(reason: "the run \(run.id) already exists")
    }
  }

  func mark(run: RecordID, as state: Run.State, ended: Date?) async throws(RecordFault) {
    try await writer.run { (connection, _) throws(RecordFault) in
      try connection.run(
        "UPDATE runs SET state = ?, ended_ms = ? WHERE id = ?",
        [.text(state.rawValue), ended.map { .integer($0.milliseconds) } ?? .null, .text(run.text)])
      guard connection.changes == 1 else { throw .unknownRun(run) }
    }
  }

  func run(_ id: RecordID) async throws(RecordFault) -> Run? {
    try await reader.run { (connection, _) throws(RecordFault) in try RecordQueries.run(id, on: connection) }
  }

  func runs(limit: Int, after cursor: RecordCursor?) async throws(RecordFault) -> RecordPage<Run> {
    let last = try cursor.map { (cursor) throws(RecordFault) in try Place(cursor, in: .runs) }
    let limit = Place.clamped(limit)
    let found = try await reader.run { (connection, _) throws(RecordFault) in
      try RecordQueries.runs(before: last?.number, limit: limit + 1, on: connection)
    }
    return Place.page(of: found, limit: limit, in: .runs)
  }
}

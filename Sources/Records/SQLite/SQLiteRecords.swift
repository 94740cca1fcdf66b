import Foundation
import Synchronization

/// A ``RecordStore`` in an SQLite file.
///
/// One connection writes and a few read beside it (write-ahead log), each on a queue of its own; other processes may use
/// the file at the same time. What was acknowledged is on the disk (`synchronous = FULL`).
final class SQLiteRecords: RecordStore {
  /// How long a call waits for another process's lock.
  static let busyTimeout: Duration = .seconds(10)
  private static let readerCount = 2

  /// The file.
  let path: String
  let writer: ConnectionQueue
  private let readers: [ConnectionQueue]
  private let turn = Atomic(0)
  /// How often the file was rewritten, for tests.
  let rewrites = Atomic(0)

  /// Opens a database and brings its schema up to date.
  ///
  /// - Throws: `missing`, `unusable`, `newer`, `busy`, `unwritable`.
  convenience init(
    path: String, opening: RecordStores.Opening = .creating, busyTimeout: Duration = busyTimeout
  ) async throws(RecordFault) {
    try await self.init(path: path, opening: opening, busyTimeout: busyTimeout, migrations: Schema.migrations)
  }

  /// - Parameter pages: pages of the file at most; for tests of a full disk.
  init(
    path: String, opening: RecordStores.Opening, busyTimeout: Duration, migrations: [Migration], pages: Int? = nil
  ) async throws(RecordFault) {
    self.path = path
    let wait = Int32(clamping: Int64(busyTimeout / .milliseconds(1)))
    let readsPath = path
    writer = ConnectionQueue(path: path, label: "writer") { () throws(RecordFault) in
      try RecordFile.prepare(readsPath, opening: opening)
      let connection = try Connection(path: readsPath, wait: wait)
      try Migration.migrate(connection, by: migrations)
      if connection.isWritable { try Self.useWriteAheadLog(connection, busyTimeout: busyTimeout) }
      if let pages { try connection.run("PRAGMA max_page_count = \(pages)") }
      return connection
    }
    readers = (0..<Self.readerCount).map { number in
      ConnectionQueue(path: path, label: "reader-\(number)") { () throws(RecordFault) in
        try Connection(path: readsPath, wait: wait, readsOnly: true)
      }
    }
    try await writer.run { (_: Connection) throws(RecordFault) in () }
  }

  /// A queue for reading; they take turns.
  var reader: ConnectionQueue {
    let number = turn.wrappingAdd(1, ordering: .relaxed).oldValue
    return readers[Int(UInt(bitPattern: number) % UInt(readers.count))]
  }

  /// Switching to the write-ahead log needs exclusive access for a moment, and SQLite does not wait for that by itself.
  private static func useWriteAheadLog(_ connection: Connection, busyTimeout: Duration) throws(RecordFault) {
    let deadline = ContinuousClock.now + busyTimeout
    while true {
      do {
        try connection.run("PRAGMA journal_mode = WAL")
        return
      } catch {
        guard case .busy = error, ContinuousClock.now < deadline else { throw error }
        usleep(20_000)
      }
    }
  }

  func close() async {
    for reader in readers { await reader.close() }
    await writer.close()
  }
}

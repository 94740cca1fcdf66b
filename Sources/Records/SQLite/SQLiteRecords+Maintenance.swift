import AtomicFiles
import Foundation

extension SQLiteRecords {
  func backUp(to path: String) async throws(RecordFault) {
    // A separate connection, so that reading and writing continue meanwhile.
    let source = self.path
    let queue = ConnectionQueue(path: source, label: "backup") { () throws(RecordFault) in
      try Connection(path: source, wait: 10_000)
    }
    _ = try await reader.run { (connection: Connection) throws(RecordFault) in
      try connection.number("SELECT 1")  // Says so if it was closed.
    }
    let outcome: Result<Void, RecordFault>
    do throws(RecordFault) {
      try await queue.run { (connection: Connection) throws(RecordFault) in try Backup.write(connection, to: path) }
      outcome = .success(())
    } catch {
      outcome = .failure(error)
    }
    await queue.close()
    try outcome.get()
  }

  func check() async throws(RecordFault) -> [String] {
    try await reader.run { (connection: Connection) throws(RecordFault) in
      var faults = try connection.rows("PRAGMA integrity_check(100)") { (row: Row) throws(RecordFault) in
        row.text(0) ?? ""
      }.filter { $0 != "ok" }
      faults += try connection.rows("PRAGMA foreign_key_check") { (row: Row) throws(RecordFault) in
        "row \(row.integer(1)) of \(row.text(0) ?? "a table") belongs to nothing"
      }
      faults += try RecordQueries.unreadable(on: connection)
      return faults
    }
  }
}

/// A copy of a database in a file of its own.
private enum Backup {
  /// Writes beside the destination and moves there what is complete and on the disk.
  static func write(_ connection: Connection, to path: String) throws(RecordFault) {
    var (source, destination) = (stat(), stat())
    if stat(connection.path, &source) == 0, stat(path, &destination) == 0 {
      guard destination.st_mode & S_IFMT == S_IFREG else { throw .unwritable(place: path, reason: "it is not a file") }
      guard (source.st_dev, source.st_ino) != (destination.st_dev, destination.st_ino) else {
        throw .unwritable(place: path, reason: "it is the database itself")
      }
    }
    do {
      let copy = try AtomicFile(path, mode: 0o600)
      do throws(RecordFault) {
        try connection.run("VACUUM INTO ?", [.text(copy.draft)])
      } catch {
        switch error {
        case .full, .unwritable:
          throw RecordFault.unwritable(place: path, reason: "no space is left or the disk failed")
        default: throw error
        }
      }
      try copy.finish(durably: true)
    } catch let fault as UnwritableFile {
      throw .unwritable(place: fault.path, reason: fault.reason)
    } catch {
      throw error as? RecordFault ?? .unwritable(place: path, reason: "\(error)")
    }
  }
}

extension SQLiteRecords {
  func delete(examinations: [RecordID], runs: [RecordID]) async throws(RecordFault) -> Int {
    let count = try await writer.run { (connection: Connection) throws(RecordFault) in
      try connection.transaction { () throws(RecordFault) in
        var (count, hasChanged) = (0, false)
        for id in Set(examinations) {
          try connection.run("DELETE FROM examinations WHERE id = ?", [.text(id.text)])
          count += connection.changes
        }
        hasChanged = count > 0
        for id in Set(runs) {
          try connection.run(
            "DELETE FROM examinations WHERE run = (SELECT number FROM runs WHERE id = ?)", [.text(id.text)])
          count += connection.changes
          try connection.run("DELETE FROM runs WHERE id = ?", [.text(id.text)])
          hasChanged = hasChanged || connection.changes > 0
        }
        // Each deletion has its own name: an overwrite removes only the names that it has seen.
        if hasChanged { try connection.run("INSERT OR IGNORE INTO erasures VALUES (random())") }
        return count
      }
    }
    // Submitted after the deletion, so that the first overwrite covers all deletions that wait by then.
    try await writer.run { (connection: Connection) throws(RecordFault) in try self.erase(connection) }
    return count
  }

  /// Overwrites what was deleted.
  ///
  /// `secure_delete` zeroes a deleted row, but not the copies of it that rebalancing left between other rows of a page.
  /// So the file is rewritten without them, and the log, which still has the old pages, is emptied.
  private func erase(_ connection: Connection) throws(RecordFault) {
    let pending = try connection.rows("SELECT pending FROM erasures") { (row: Row) throws(RecordFault) in
      row.integer(0)
    }
    guard !pending.isEmpty else { return }
    do throws(RecordFault) {
      try connection.run("VACUUM")
      rewrites.add(1, ordering: .relaxed)
      // Others, also in other processes, may have deleted since; their entries stay.
      try connection.transaction { () throws(RecordFault) in
        for number in pending { try connection.run("DELETE FROM erasures WHERE pending = ?", [.integer(number)]) }
      }
      let isBusy = try connection.number("PRAGMA wal_checkpoint(TRUNCATE)") != 0
      guard !isBusy else {
        try connection.run("INSERT OR IGNORE INTO erasures VALUES (random())")
        throw RecordFault.lingering(store: connection.path, reason: "another reader is active")
      }
    } catch {
      if case .lingering = error { throw error }
      throw .lingering(store: connection.path, reason: error.description)
    }
  }
}

extension SQLiteRecords {
  public func delete(examinations ids: [RecordID]) async throws(RecordFault) -> Int {
    try await writer.run { (connection: Connection) throws(RecordFault) in
      let count = try connection.transaction { () throws(RecordFault) in
        var digests: Set<String> = []
        var count = 0
        for id in Set(ids) {
          let found = try connection.rows(
            "DELETE FROM examinations WHERE id = ? RETURNING image_sha256", [.text(id.text)]
          ) { (row: Row) throws(RecordFault) in row.text(0) }
          count += found.count
          digests.formUnion(found.compactMap { $0 })
        }
        try Self.forgetImages(of: digests, in: connection)
        if count > 0 { try connection.run("INSERT OR IGNORE INTO erasures VALUES (1)") }
        return count
      }
      try Self.erase(connection)
      return count
    }
  }

  public func delete(run: RecordID) async throws(RecordFault) -> Int? {
    try await writer.run { (connection: Connection) throws(RecordFault) in
      let count = try connection.transaction { () throws(RecordFault) -> Int? in
        guard
          let number = try connection.row(
            "SELECT number FROM runs WHERE id = ?", [.text(run.text)],
            read: { (row: Row) throws(RecordFault) in row.integer(0) })
        else { return nil }
        let digests = try connection.rows(
          "DELETE FROM examinations WHERE run = ? RETURNING image_sha256", [.integer(number)]
        ) { (row: Row) throws(RecordFault) in row.text(0) }
        try Self.forgetImages(of: Set(digests.compactMap { $0 }), in: connection)
        try connection.run("DELETE FROM runs WHERE number = ?", [.integer(number)])
        try connection.run("INSERT OR IGNORE INTO erasures VALUES (1)")
        return digests.count
      }
      try Self.erase(connection)
      return count
    }
  }

  /// Overwrites what was deleted.
  ///
  /// `secure_delete` zeroes a deleted row, but not the copies of it that rebalancing left between other rows of a page. So
  /// the file is written anew without them, and the log, which still has the old pages, is emptied.
  private static func erase(_ connection: Connection) throws(RecordFault) {
    guard try connection.number("SELECT count(*) FROM erasures") > 0 else { return }
    do throws(RecordFault) {
      try connection.run("VACUUM")
      try connection.run("DELETE FROM erasures")
      let isBusy = try connection.number("PRAGMA wal_checkpoint(TRUNCATE)") != 0
      guard !isBusy else {
        try connection.run("INSERT OR IGNORE INTO erasures VALUES (1)")
        throw RecordFault.lingering(path: connection.path, reason: "somebody is reading")
      }
    } catch {
      if case .lingering = error { throw error }
      throw .lingering(path: connection.path, reason: error.description)
    }
  }
}

/// A step from one version of the schema to the next.
struct Migration: Sendable {
  /// The version that it leads to; an SQLite file keeps it as `user_version`.
  var version: Int
  /// Statements; all of them take effect or none.
  var statements: String

  /// Marks files as ours: "DGem" (`application_id`). It also names the lock of a server that several migrate at once.
  static let mark = 0x4447_656D

  /// Brings a database to the last of some versions.
  ///
  /// - Throws: `newer` for a database of a later version, `unusable` for another program's.
  static func migrate(_ connection: Connection, by migrations: [Migration]) throws(RecordFault) {
    let known = migrations.map(\.version).max() ?? 0
    // Both numbers and the tables are read in one transaction: another process may be creating the file right now.
    let found = try connection.transaction(writes: false) { () throws(RecordFault) in
      try version(of: connection, known: known)
    }
    if found == known { return }
    try connection.transaction { () throws(RecordFault) in
      // Another process may have been quicker.
      let version = try version(of: connection, known: known)
      for migration in migrations.sorted(by: { $0.version < $1.version }) where migration.version > version {
        try connection.script(migration.statements)
        try connection.run("PRAGMA user_version = \(migration.version)")
      }
      try connection.run("PRAGMA application_id = \(mark)")
    }
  }

  private static func version(of connection: Connection, known: Int) throws(RecordFault) -> Int {
    let version = try connection.number("PRAGMA user_version")
    let mark = try connection.number("PRAGMA application_id")
    if mark != Self.mark {
      let tables = try connection.number("SELECT count(*) FROM sqlite_schema")
      guard mark == 0, version == 0, tables == 0 else {
        throw .unusable(store: connection.path, reason: "it belongs to another program")
      }
    }
    guard version <= known else { throw .newer(store: connection.path, version: version, known: known) }
    return version
  }
}

import Records

/// A kind of database that the suite of ``RecordStore`` runs over. Another kind is another line in ``all``.
package struct TestedStore: Sendable, CustomStringConvertible {
  /// Opens a database; each call opens the same one once more.
  package typealias Opener = @Sendable () async throws -> any RecordStore

  /// Its name in the tests' output.
  package let description: String
  /// Makes a new, empty database.
  package let create: @Sendable () throws -> Opener

  /// All kinds.
  package static let all = [sqlite, memory] + (PostgreSQLServer.isInstalled ? [postgresql] : [])

  /// What users have.
  package static let sqlite = TestedStore(description: "SQLite") {
    let path = try RecordFixtures.path()
    return { try await RecordStores.open(path) }
  }

  /// What departments have: a database of its own on the tests' server.
  package static let postgresql = TestedStore(description: "PostgreSQL") {
    let database = Task { try await PostgreSQLServer.shared.createDatabase() }
    return { try await RecordStores.open(try await database.value) }
  }

  /// Kept in memory: it shows that nothing outside `Records/SQLite` relies on SQLite, and says in plain Swift what every
  /// store's answers mean.
  package static let memory = TestedStore(description: "memory") {
    let contents = MemoryContents()
    return { MemoryRecords(contents) }
  }

  /// A new database, opened.
  package func open() async throws -> any RecordStore { try await create()() }
}

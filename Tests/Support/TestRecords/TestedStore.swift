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
  package static let all = [sqlite, memory]

  /// What users have.
  package static let sqlite = TestedStore(description: "SQLite") {
    let path = try RecordFixtures.path()
    return { try await RecordStores.open(path) }
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

import Foundation
import TestRecords
import Testing

@testable import Records

@Suite(.timeLimit(.minutes(10)), .enabled(if: PostgreSQLServer.isInstalled)) struct PostgreSQLMigrationTests {
  /// A later version, as one may come.
  private static let next = Migration(
    version: 2,
    statements: """
      ALTER TABLE examinations ADD COLUMN remark text;
      UPDATE examinations SET remark = 'from ' || image_name;
      """)

  /// A database of version 1 with one examination.
  private func versionOne() async throws -> PostgreSQLLocation {
    let location = try PostgreSQLLocation(try await PostgreSQLServer.shared.createDatabase())
    let records = try await PostgreSQLRecords(
      location, opening: .creating, migrations: PostgreSQLSchema.migrations.filter { $0.version == 1 })
    let run = RecordFixtures.run()
    try await records.begin(run)
    try await records.keep(RecordFixtures.examination(0, of: run, flags: [.empty]))
    await records.close()
    return location
  }

  private func text(_ sql: String, at location: PostgreSQLLocation) throws -> String? {
    let connection = try PostgreSQLConnection(location, readsOnly: false)
    let rows = try connection.rows(sql) { (row: PostgreSQLRow) throws(RecordFault) in row.text(0) ?? "NULL" }
    return rows.first
  }

  @Test func `a step forward takes the rows along and is taken once`() async throws {
    let location = try await versionOne()
    for _ in 0..<2 {
      let records = try await PostgreSQLRecords(
        location, opening: .existing, migrations: PostgreSQLSchema.migrations + [Self.next])
      #expect(try await records.counts(matching: RecordQuery()).examinations == 1)
      await records.close()
      #expect(try text("SELECT version FROM schema_version", at: location) == "2")
    }
    #expect(try text("SELECT remark FROM examinations", at: location) == "from image-0.png")
  }

  @Test func `a step that fails leaves the database as it was`() async throws {
    let location = try await versionOne()
    let broken = Migration(version: 2, statements: "DELETE FROM flags; INSERT INTO nowhere VALUES (1);")
    await #expect {
      _ = try await PostgreSQLRecords(
        location, opening: .existing, migrations: PostgreSQLSchema.migrations + [broken])
    } throws: { ($0 as? RecordFault)?.kind == .unavailable }
    let records = try await PostgreSQLRecords(location, opening: .existing)
    #expect(try await records.counts(matching: RecordQuery()).flags == [.empty: 1])
    #expect(try text("SELECT version FROM schema_version", at: location) == "1")
  }

  @Test func `a database of a later version is refused politely`() async throws {
    let location = try await versionOne()
    try PostgreSQLConnection(location, readsOnly: false).run("UPDATE schema_version SET version = 99")
    await #expect(throws: RecordFault.newer(store: location.name, version: 99, known: 1)) {
      _ = try await PostgreSQLRecords(location, opening: .creating)
    }
  }

  @Test func `many open a new database at once`() async throws {
    let location = try PostgreSQLLocation(try await PostgreSQLServer.shared.createDatabase())
    try await withThrowingTaskGroup(of: Void.self) { group in
      for _ in 0..<6 {
        group.addTask {
          let records = try await PostgreSQLRecords(location, opening: .creating)
          try await records.begin(RecordFixtures.run())
          await records.close()
        }
      }
      try await group.waitForAll()
    }
    let records = try await PostgreSQLRecords(location, opening: .existing)
    #expect(try await records.runs(limit: 10, after: nil).elements.count == 6)
  }
}

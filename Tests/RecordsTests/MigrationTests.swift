import Dermoscopy
import Foundation
import TestRecords
import Testing

@testable import Records

@Suite(.timeLimit(.minutes(10))) struct MigrationTests {
  /// A later version, as one may come.
  private static let next = Migration(
    version: 3,
    statements: """
      ALTER TABLE examinations ADD COLUMN remark TEXT;
      UPDATE examinations SET remark = 'from ' || image_name;
      """)

  private func version(_ path: String) throws -> Int {
    try Connection(path: path, wait: 1_000).number("PRAGMA user_version")
  }

  @Test func `a database of version 1 opens with every row as it was kept`() async throws {
    let path = try RecordFixtures.path()
    try VersionOne.write(to: path)
    let records = try await SQLiteRecords(path: path, opening: .existing)
    #expect(try version(path) == Schema.migrations.map(\.version).max())
    let run = try #require(try await records.runs(limit: 1, after: nil).elements.first)
    #expect(run.id == RecordID("run-1") && run.provenance.seed == .max && run.command == ["analyze", "a b.png"])
    #expect(try await records.counts(matching: RecordQuery(run: run.id)).examinations == 2)
    let first = try #require(try await records.examination(ofRun: run.id, at: 0))
    #expect(first.report == (try RecordFixtures.report(flags: [.empty])) && first.elapsed == 24.5)
    #expect(try await records.examination(ofRun: run.id, at: 1)?.failure?.status == 65)
    #expect(try await records.check().isEmpty)
    try await records.keep(RecordFixtures.examination(2, of: run))
  }

  @Test func `a database of version 1 learns which of its answers were right, and loses its pictures`() async throws {
    let path = try RecordFixtures.path()
    try VersionOne.write(to: path)
    do {
      let old = try Connection(path: path, wait: 1_000)
      for (number, code, truth) in [(3, "'MEL'", "'MEL'"), (4, "'NV'", "NULL"), (5, "NULL", "'NV'")] {
        try old.run(
          """
          INSERT INTO examinations SELECT \(number), 'examination-\(number)', run, \(number), finished_ms, image_name,
            image_sha256, outcome, \(code), \(truth), description, protocol_id, protocol_sha256, model, weights_sha256,
            elapsed_ms, body, details FROM examinations WHERE number = 1
          """)
      }
    }
    let records = try await SQLiteRecords(path: path, opening: .existing)
    func ids(_ agrees: Bool) async throws -> [String] {
      var query = RecordQuery()
      query.agrees = agrees
      return try await records.examinations(matching: query, limit: 10, after: nil).elements.map(\.id.text)
    }
    #expect(try await ids(true) == ["examination-3"])
    #expect(try await ids(false) == ["examination-1"])
    let tables = try Connection(path: path, wait: 1_000)
    #expect(try tables.number("SELECT count(*) FROM sqlite_schema WHERE name = 'images'") == 0)
    // The picture's bytes are overwritten with the next deletion.
    #expect(try tables.number("SELECT count(*) FROM erasures") == 1)
    #expect(try await records.delete(examinations: []) == 0)
    #expect(try tables.number("SELECT count(*) FROM erasures") == 0)
  }

  @Test func `a server's run of version 1 does not claim a seed for all of its examinations`() async throws {
    let path = try RecordFixtures.path()
    try VersionOne.write(to: path)
    do { try Connection(path: path, wait: 1_000).run("UPDATE runs SET kind = 'serve', seed = '0'") }
    let records = try await SQLiteRecords(path: path, opening: .existing)
    let run = try #require(try await records.runs(limit: 1, after: nil).elements.first)
    #expect(run.provenance.seed == nil && run.provenance.seedText == "each examination’s own")
    #expect(try await records.examination(ofRun: run.id, at: 0)?.report?.seed == .max)
    #expect(try await records.check().isEmpty)
  }

  @Test func `a step forward takes the rows along and is taken once`() async throws {
    let path = try RecordFixtures.path()
    try VersionOne.write(to: path)
    for _ in 0..<2 {
      let records = try await SQLiteRecords(
        path: path, opening: .existing, busyTimeout: .seconds(5), migrations: Schema.migrations + [Self.next])
      #expect(try await records.counts(matching: RecordQuery()).examinations == 2)
      await records.close()
      #expect(try version(path) == 3)
    }
    let remark = try Connection(path: path, wait: 1_000).row("SELECT remark FROM examinations WHERE position = 0") {
      (row: Row) throws(RecordFault) in row.text(0)
    }
    #expect(remark == "from lesion.jpg")
  }

  @Test func `a step that fails leaves the database as it was`() async throws {
    let path = try RecordFixtures.path()
    try VersionOne.write(to: path)
    let broken = Migration(version: 3, statements: "DELETE FROM flags; INSERT INTO nowhere VALUES (1);")
    await #expect(throws: RecordFault.self) {
      _ = try await SQLiteRecords(
        path: path, opening: .existing, busyTimeout: .seconds(1), migrations: Schema.migrations + [broken])
    }
    #expect(try version(path) == 1)  // Neither the step that failed nor the one before it.
    let records = try await SQLiteRecords(path: path, opening: .existing)
    #expect(try await records.counts(matching: RecordQuery()).flags == [.empty: 1])
  }

  @Test func `a database of a later version is refused politely and left as it is`() async throws {
    let path = try RecordFixtures.path()
    try VersionOne.write(to: path)
    do {
      let later = try Connection(path: path, wait: 1_000)
      try later.run("PRAGMA user_version = 99")
    }
    let before = FileManager.default.contents(atPath: path)
    await #expect(throws: RecordFault.newer(store: path, version: 99, known: 2)) {
      _ = try await SQLiteRecords(path: path)
    }
    #expect(FileManager.default.contents(atPath: path) == before)
  }
}

/// Writes a database as version 1 of the schema had it; this text never changes when the schema does.
private enum VersionOne {
  static func write(to path: String) throws {
    #expect(FileManager.default.createFile(atPath: path, contents: nil))
    let connection = try Connection(path: path, wait: 0)
    try connection.script(schema)
    try connection.run(
      """
      INSERT INTO runs VALUES (1, 'run-1', 'analyze', 'finished', 1700000000123, 1700000001000, '["analyze","a b.png"]',
        'seed', '1.0.0', ?1, '{}', 'tiny', ?2, NULL, 'llama.cpp 1', '18446744073709551615', 'a machine', '{}', '')
      """, [.text(RecordFixtures.digest(0xC0FFEE)), .text(RecordFixtures.digest(0xAB))])
    let report = try RecordFixtures.report(flags: [.empty])
    try connection.run(
      """
      INSERT INTO examinations VALUES (1, 'examination-1', 1, 0, 1700000000500, 'lesion.jpg', ?1, 'report', 'NV', 'MEL',
        'An even network, brown.', 'seed', ?2, 'tiny', ?3, 24.5, ?4, NULL)
      """,
      [
        .text(RecordFixtures.digest(1)), .text(RecordFixtures.digest(0xC0FFEE)), .text(RecordFixtures.digest(0xAB)),
        .text(try report.json()),
      ])
    try connection.script(
      """
      INSERT INTO flags VALUES (1, 'empty');
      INSERT INTO images VALUES ('\(RecordFixtures.digest(1))', 'original', 'image/png', x'010203');
      INSERT INTO examinations VALUES (2, 'examination-2', 1, 1, 1700000000900, 'broken.jpg', NULL, 'failure', NULL, NULL,
        NULL, 'seed', '\(RecordFixtures.digest(0xC0FFEE))', 'tiny', '\(RecordFixtures.digest(0xAB))', 1.5,
        '{"status":65,"message":"broken.jpg: no image"}', NULL);
      PRAGMA user_version = 1;
      PRAGMA application_id = 1145529709;
      """)
  }

  private static let schema = """
    CREATE TABLE runs (number INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, kind TEXT NOT NULL,
      state TEXT NOT NULL CHECK (state IN ('running', 'finished', 'interrupted', 'failed')), started_ms INTEGER NOT NULL,
      ended_ms INTEGER, command TEXT NOT NULL, protocol_id TEXT NOT NULL, protocol_version TEXT NOT NULL,
      protocol_sha256 TEXT NOT NULL, protocol_text TEXT, model TEXT NOT NULL, weights_sha256 TEXT NOT NULL,
      projector_sha256 TEXT, engine TEXT NOT NULL, seed TEXT NOT NULL, machine TEXT NOT NULL, settings TEXT NOT NULL,
      inputs TEXT NOT NULL) STRICT;
    CREATE TABLE examinations (number INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE,
      run INTEGER NOT NULL REFERENCES runs (number) ON DELETE CASCADE, position INTEGER NOT NULL CHECK (position >= 0),
      finished_ms INTEGER NOT NULL, image_name TEXT NOT NULL, image_sha256 TEXT,
      outcome TEXT NOT NULL CHECK (outcome IN ('report', 'failure')), code TEXT, truth TEXT, description TEXT,
      protocol_id TEXT NOT NULL, protocol_sha256 TEXT NOT NULL, model TEXT NOT NULL, weights_sha256 TEXT NOT NULL,
      elapsed_ms REAL NOT NULL, body TEXT NOT NULL, details TEXT, UNIQUE (run, position)) STRICT;
    CREATE INDEX examinations_by_image ON examinations (image_sha256);
    CREATE INDEX examinations_by_code ON examinations (code);
    CREATE INDEX examinations_by_time ON examinations (finished_ms);
    CREATE INDEX examinations_by_protocol ON examinations (protocol_sha256);
    CREATE INDEX examinations_by_weights ON examinations (weights_sha256);
    CREATE TABLE flags (examination INTEGER NOT NULL REFERENCES examinations (number) ON DELETE CASCADE,
      flag TEXT NOT NULL, PRIMARY KEY (examination, flag)) STRICT, WITHOUT ROWID;
    CREATE INDEX flags_by_name ON flags (flag, examination);
    CREATE TABLE images (sha256 TEXT NOT NULL, role TEXT NOT NULL CHECK (role IN ('original', 'thumbnail')),
      media_type TEXT NOT NULL, bytes BLOB NOT NULL, PRIMARY KEY (sha256, role)) STRICT;
    CREATE TABLE erasures (pending INTEGER PRIMARY KEY) STRICT;
    """
}

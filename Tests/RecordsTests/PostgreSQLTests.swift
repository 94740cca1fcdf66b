import Dermoscopy
import Foundation
import TestRecords
import Testing

@testable import Records

/// What only PostgreSQL can do or refuse.
@Suite(.timeLimit(.minutes(10)), .enabled(if: PostgreSQLServer.isInstalled)) struct PostgreSQLTests {
  private let server = PostgreSQLServer.shared

  private func database(of location: String) throws -> String {
    try #require(location.split(separator: "?").first?.split(separator: "/").last.map(String.init))
  }

  @Test func `a database whose encoding is not UTF-8 is refused`() async throws {
    let location = try await server.createDatabase(options: "ENCODING 'LATIN1'")
    await #expect(
      throws: RecordFault.unusable(
        store: "\(server.folder):5432/\(try database(of: location))",
        reason: "its encoding is LATIN1; create it with ENCODING 'UTF8'")
    ) { _ = try await RecordStores.open(location) }
  }

  @Test func `a database without records is missing to who only reads`() async throws {
    let location = try await server.createDatabase()
    await #expect {
      _ = try await RecordStores.open(location, opening: .existing)
    } throws: {
      ($0 as? RecordFault)?.kind == .missingInput
    }
    #expect(
      try await server.query(
        "SELECT count(*) FROM pg_namespace WHERE nspname = 'dermgemma'", in: database(of: location)) == "0")
  }

  @Test func `somebody else's schema of the same name is refused and left as it is, an empty one is used`() async throws
  {
    let location = try await server.createDatabase()
    let name = try database(of: location)
    try await server.query("CREATE SCHEMA dermgemma; CREATE TABLE dermgemma.runs (letter text)", in: name)
    await #expect(
      throws: RecordFault.unusable(
        store: "\(server.folder):5432/\(name)", reason: "its schema dermgemma belongs to another program")
    ) { _ = try await RecordStores.open(location) }
    #expect(
      try await server.query(
        "SELECT count(*) FROM pg_class WHERE relnamespace = 'dermgemma'::regnamespace AND relkind = 'r'", in: name)
        == "1")
    try await server.query("DROP TABLE dermgemma.runs; CREATE TABLE runs (letter text)", in: name)
    let records = try await RecordStores.open(location)
    try await records.begin(RecordFixtures.run())
    // A table of the same name in another schema is nobody's business.
    #expect(try await server.query("SELECT count(*) FROM public.runs", in: name) == "0")
  }

  @Test func `a user who may only read reads, and is told why nothing is kept`() async throws {
    let location = try await server.createDatabase()
    let name = try database(of: location)
    let run = RecordFixtures.run()
    do {
      let records = try await RecordStores.open(location)
      try await records.begin(run)
      try await records.keep(RecordFixtures.examination(0, of: run))
      await records.close()
    }
    let user = "reader_\(name)"
    try await server.query(
      "CREATE ROLE \(user) LOGIN; GRANT USAGE ON SCHEMA dermgemma TO \(user); "
        + "GRANT SELECT ON ALL TABLES IN SCHEMA dermgemma TO \(user)", in: name)
    let records = try await RecordStores.open(server.location(of: name, user: user), opening: .existing)
    #expect(try await records.counts(matching: RecordQuery()).examinations == 1)
    #expect(try await records.examination(ofRun: run.id, at: 0)?.imageName == "image-0.png")
    let second = try RecordFixtures.examination(1, of: run)
    await #expect(
      throws: RecordFault.unwritable(
        place: "\(server.folder):5432/\(name)", reason: "permission denied for table examinations")
    ) { try await records.keep(second) }
    await #expect { try await records.begin(RecordFixtures.run()) } throws: {
      ($0 as? RecordFault)?.kind == .unwritableOutput
    }
    // Who may see nothing at all cannot use it.
    try await server.query("CREATE ROLE stranger_\(name) LOGIN", in: name)
    await #expect { _ = try await RecordStores.open(server.location(of: name, user: "stranger_\(name)")) } throws: {
      ($0 as? RecordFault)?.kind == .unavailable
    }
  }

  @Test func `a server that is not there, a database that is not there, and words that say nothing`() async throws {
    try await server.start()
    let nobody = "postgresql://u:secret@127.0.0.1:1/lesions"
    await #expect(throws: RecordFault.unreachable(store: "127.0.0.1:1/lesions", reason: "Connection refused")) {
      _ = try await RecordStores.open(nobody)
    }
    await #expect(
      throws: RecordFault.unreachable(
        store: "\(server.folder):5432/none", reason: "database \"none\" does not exist")
    ) { _ = try await RecordStores.open(server.location(of: "none")) }
    await #expect {
      _ = try await RecordStores.open("postgresql://u:secret@host:port%ZZ/")
    } throws: {
      guard let fault = $0 as? RecordFault, case .unusable = fault else { return false }
      return !fault.description.contains("secret")
    }
  }

  @Test func `a search ends with the task that asked, and the connection goes on`() async throws {
    let location = try await server.createDatabase()
    let records = try await PostgreSQLRecords(PostgreSQLLocation(location), opening: .creating)
    let queue = records.reader
    let started = ContinuousClock.now
    let endless = Task {
      try await queue.run(isCancellable: true) { (connection, _) throws(RecordFault) in
        try connection.number("SELECT count(*) FROM pg_sleep(600)")
      }
    }
    try await Task.sleep(for: .milliseconds(200))
    endless.cancel()
    await #expect(throws: RecordFault.cancelled) { try await endless.value }
    #expect(ContinuousClock.now - started < .seconds(60))
    let answer = try await queue.run { (connection, _) throws(RecordFault) in try connection.number("SELECT 7") }
    #expect(answer == 7)
  }

  @Test func `noncharacters, NUL and what is searched for come back and are found`() async throws {
    let records = try await TestedStore.postgresql.open()
    let run = RecordFixtures.run()
    try await records.begin(run)
    let names = ["a\u{0}b", "\u{10FFFE}", "\u{10FFFF}\u{10FFFE}\u{0}", "\u{1F600}\u{10FFFF}", "\u{100000}"]
    for (position, name) in names.enumerated() {
      let examination = try RecordFixtures.examination(position, of: run, name: name, text: name)
      try await records.keep(examination)
      #expect(try await records.examination(examination.id) == examination)
      var query = RecordQuery()
      query.imageName = name
      let found = try await records.examinations(matching: query, limit: 9, after: nil).elements.map(\.imageName)
      #expect(found.contains(name))
    }
    var query = RecordQuery()
    query.text = "\u{0}B"
    #expect(try await records.counts(matching: query).examinations == 1)
  }

  @Test func `a large report, a long name and many flags are kept`() async throws {
    let records = try await TestedStore.postgresql.open()
    let run = RecordFixtures.run()
    try await records.begin(run)
    let text = String(repeating: "A network of ", count: 50_000)
    let examination = try RecordFixtures.examination(
      0, of: run, name: String(repeating: "n", count: 100_000), flags: QualityFlag.allCases, text: text)
    try await records.keep(examination)
    #expect(try await records.examination(examination.id) == examination)
    #expect(try await records.counts(matching: RecordQuery()).flags.count == QualityFlag.allCases.count)
  }
}

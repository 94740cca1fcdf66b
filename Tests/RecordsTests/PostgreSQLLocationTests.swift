import TestRecords
import Testing

@testable import Records

@Suite struct PostgreSQLLocationTests {
  @Test(arguments: [
    ("postgresql://u:p@db.example:6543/derm", "db.example:6543/derm"),
    ("postgres://u@[::1]/derm", "[::1]:5432/derm"),
    ("postgresql:///derm?host=/run/pg&user=u", "/run/pg:5432/derm"),
    ("service=derm", "service=derm"),
    ("host=db.example dbname=derm password='p q'", "db.example:5432/derm"),
    ("postgresql://u@a:1,b:2/derm", "a,b:1,2/derm"),
  ])
  func `a location has a name without a password`(text: String, name: String) throws {
    #expect(PostgreSQLLocation.matches(text))
    #expect(try PostgreSQLLocation(text).name == name)
  }

  @Test(arguments: ["records.sqlite", "/data/host=1", "./service=x", "", "postgresql.sqlite", "http://a/b"])
  func `a path is no location of a server`(text: String) {
    #expect(!PostgreSQLLocation.matches(text) && RecordStores.withoutPassword(text) == text)
  }

  @Test(arguments: [
    ("postgresql://u:secret@h:5/d", "postgresql://u@h:5/d"),
    ("postgres://u:a%40secret@h/d?sslmode=require", "postgres://u@h/d?sslmode=require"),
    ("postgresql://h/d?user=u&password=secret&sslmode=require", "postgresql://h/d?user=u&sslmode=require"),
    ("postgresql://h/d?sslpassword=secret", "postgresql://h/d"),
    ("--records=postgresql://u:secret@h/d", "--records=postgresql://u@h/d"),
    ("host=h password=secret user='a b'", "host=h user='a b'"),
    ("dbname=d password = 'se\\'secret'", "dbname=d"),
    ("postgresql://u:secret@h:%ZZ/", "postgresql://…"),
    ("host=h password='secret", "host=…"),
    ("postgresql://u@h/d", "postgresql://u@h/d"),
    ("service=derm", "service=derm"),
    ("--seed=7", "--seed=7"),
  ])
  func `a password is never shown`(text: String, shown: String) {
    let result = RecordStores.withoutPassword(text)
    #expect(!result.contains("secret"))
    if shown.hasPrefix("host=h user") || shown == "dbname=d" {
      // libpq gives its options in an order of its own.
      #expect(Set(result.split(separator: " ")) == Set(shown.split(separator: " ")))
    } else {
      #expect(result == shown)
    }
  }

  @Test func `a run's command is stored without a password`() {
    let run = Run(
      kind: "analyze", command: ["analyze", "--records", "postgresql://u:secret@h/d", "a.png"],
      provenance: RecordFixtures.run().provenance)
    #expect(run.command == ["analyze", "--records", "postgresql://u@h/d", "a.png"])
  }
}

import Testing

@testable import Tables

@Suite struct CSVRowTests {
  @Test(arguments: [
    ("plain", "plain"), ("", ""), ("a,b", "\"a,b\""), ("say \"hi\"", "\"say \"\"hi\"\"\""), ("a=b", "a=b"),
    ("two\nlines", "\"two\nlines\""), (" led", "\" led\""), ("it's", "it's"), ("'quoted'", "'quoted'"),
    ("=1+1", "\"'=1+1\""), ("+1", "\"'+1\""), ("-1", "\"'-1\""), ("@SUM(A1)", "\"'@SUM(A1)\""), ("\tx", "\"'\tx\""),
    ("\r\nx", "\"'\r\nx\""), ("'=1", "\"''=1\""), ("=\u{301}x", "\"'=\u{301}x\""),
  ])
  func `a value can neither leave its field nor become a formula`(value: String, expected: String) {
    #expect(CSVRow.field(value) == expected)
    #expect(CSVRow.text(["a", value, "b"]) == "a,\(expected),b")
  }

  @Test(arguments: ["", "x", "=1", "'=1", "''=1", "'", "''", "'a", "-", "'-", "\r\n", "it's", "'\t"])
  func `what was written is had back, apostrophes of its own included`(value: String) {
    let field = CSVRow.field(value)
    let cell = field.hasPrefix("\"") ? String(field.dropFirst().dropLast()).replacing("\"\"", with: "\"") : field
    #expect(CSVRow.original(cell) == value)
  }
}

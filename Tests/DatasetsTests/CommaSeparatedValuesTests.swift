import Datasets
import Testing

@Suite struct CommaSeparatedValuesTests {
  private func rows(_ text: String) throws -> [[String]] {
    try CommaSeparatedValues(Array(text.utf8), name: "t.csv").rows.map(\.fields)
  }

  private func fault(_ bytes: [UInt8]) -> LabelFault? {
    do throws(LabelFault) {
      _ = try CommaSeparatedValues(bytes, name: "t.csv")
      return nil
    } catch {
      return error
    }
  }

  static let tables: [(String, [[String]])] = [
    ("a,b\n1,2\n", [["a", "b"], ["1", "2"]]),
    ("a,b\n1,2", [["a", "b"], ["1", "2"]]),
    ("a,b\r\n1,2\r\n", [["a", "b"], ["1", "2"]]),
    ("\u{FEFF}a,b\r\n", [["a", "b"]]),
    ("\"a,b\",\"c\"\n", [["a,b", "c"]]),
    ("\"say \"\"ah\"\"\",x\n", [["say \"ah\"", "x"]]),
    ("\"two\nlines\",x\n", [["two\nlines", "x"]]),
    ("\"two\r\nlines\",x\r\n", [["two\r\nlines", "x"]]),
    ("a, \"b\"\n", [["a", "b"]]),
    ("a,\"\"\n", [["a", ""]]),
    ("a,b\"c\n", [["a", "b\"c"]]),
    ("a,,\n,,c\n", [["a", "", ""], ["", "", "c"]]),
    ("\n\na\n\n\nb\n", [["a"], ["b"]]),
    ("", []),
    ("\u{FEFF}", []),
    ("\n", []),
    ("é,ß,日本\n", [["é", "ß", "日本"]]),
    ("\"end\"", [["end"]]),
    ("\"end\"\r", [["end"]]),
    ("a,b\r1,2\r3,4", [["a", "b"], ["1", "2"], ["3", "4"]]),
    ("a,b\r\r\n\n1,\"2\r3\"\r", [["a", "b"], ["1", "2\r3"]]),
  ]

  @Test(arguments: tables)
  func `tables are read as RFC 4180 and spreadsheets have them`(_ text: String, _ expected: [[String]]) throws {
    #expect(try rows(text) == expected)
  }

  @Test func `rows know the line that they begin on`() throws {
    let text = "a,b\n\"1\n2\n3\",x\n\nlast,y\n"
    #expect(try CommaSeparatedValues(Array(text.utf8), name: "t.csv").rows.map(\.line) == [1, 2, 6])
  }

  @Test func `a quote that never ends is told with the line that it begins on`() {
    let error = fault(Array("a,b\nc,d\ne,\"f\ng,h\n".utf8))
    #expect(error?.description == "t.csv, line 3: a quoted field never ends")
    #expect(error?.kind == .unusableInput)
    #expect(fault([UInt8(ascii: "\"")])?.line == 1)
  }

  @Test func `what is no UTF-8 text is told with its line`() {
    #expect(fault(Array("a\nb,c\n".utf8) + [0xE9, 0x0A])?.description == "t.csv, line 3: not UTF-8 text")
    #expect(fault(Array("a\0b\n".utf8))?.description == "t.csv: not a text file")
    // UTF-16, as spreadsheets also save it.
    #expect(fault([0xFF, 0xFE, 0x61, 0x00, 0x0A, 0x00])?.reason == "not a text file")
  }

  @Test func `a huge field is read, and a huge file refused`() throws {
    let long = String(repeating: "x", count: 1 << 20)
    #expect(try rows("a,\"\(long)\"\n") == [["a", long]])
    let bytes = [UInt8](repeating: UInt8(ascii: "x"), count: CommaSeparatedValues.largestFile + 1)
    #expect(fault(bytes)?.reason == "larger than 64 MiB")
  }
}

import JSON
import Testing

@Suite struct StrictObjectTests {
  struct Choice: Decodable, Equatable { var ids: [String] }

  @Test(arguments: [
    ("nonsense", StrictObject.Misfit.notJSON), ("[1]", .notAnObject), ("\"x\"", .notAnObject),
    ("{\"ids\":[],\"b\":1}", .unknownKey(known: ["ids"])), ("{}", .wrongValue("ids is missing")),
    ("{\"ids\":3}", .wrongValue("ids is of the wrong type or range")),
  ]) func `what does not fit is told apart`(_ text: String, _ misfit: StrictObject.Misfit) {
    #expect(throws: misfit) { try StrictObject.decode(Choice.self, from: Array(text.utf8), keys: ["ids"]) }
  }

  struct Seeded: Decodable {
    var name: String
    var seed: UInt64?
  }

  @Test(arguments: ["-1", "18446744073709551616", "1.5"])
  func `a number that its type cannot hold is named by its key`(number: String) {
    #expect(throws: StrictObject.Misfit.wrongValue("seed is of the wrong type or range")) {
      try StrictObject.decode(
        Seeded.self, from: Array("{\"name\":\"a\",\"seed\":\(number)}".utf8), keys: ["name", "seed"])
    }
  }

  @Test func `what fits is read`() throws {
    #expect(try StrictObject.decode(Choice.self, from: Array(#"{"ids":["a"]}"#.utf8), keys: ["ids"]).ids == ["a"])
  }
}

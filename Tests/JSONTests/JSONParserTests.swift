import JSON
import Testing

@Suite struct JSONParserTests {
  @Test func `strings and numbers come through whole`() throws {
    let text = #"{"a":"\"\\/\n\t\u00e9\ud83d\ude00","b":-1.5e+3,"c":[true,false,null,[],{}]}"#
    let value = try JSONParser.parse(Array(text.utf8), deepest: 8)
    guard case .object(let members) = value else { return #expect(Bool(false), "no object") }
    #expect(members.map(\.key) == ["a", "b", "c"])
    #expect(members[0].value == .string("\"\\/\n\té😀"))
    #expect(members[1].value == .number("-1.5e+3"))
    #expect(value.text == #"{"a":"\"\\/\n\té😀","b":-1.5e+3,"c":[true,false,null,[],{}]}"#)
  }

  @Test(arguments: [
    ("", 1, 1, "is empty"), ("{\n  \"id\": \"é", 2, 9, "a string without an end"),
    ("{\"é\": 1, \"é\": 2}", 1, 10, "the key \"é\" occurs twice in one object"),
    ("[[[1]]]", 1, 3, "is nested more than 2 deep"),
  ]) func `a fault names its place`(_ text: String, _ line: Int, _ column: Int, _ message: String) {
    #expect(throws: JSONSyntaxFault.self) { try JSONParser.parse(Array(text.utf8), deepest: 2) }
    do {
      _ = try JSONParser.parse(Array(text.utf8), deepest: 2)
    } catch {
      #expect(error.line == line && error.column == column && error.message == message, "\(error)")
    }
  }
}

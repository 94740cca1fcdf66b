@testable import Dermoscopy
import Testing

@Suite struct BrokenDocumentTests {
  static let hostile: [(String, [UInt8], String)] = [
    ("nothing", [], "line 1, column 1: is empty"),
    ("only space", Array(" \n\t".utf8), "is empty"),
    ("a byte order mark", [0xEF, 0xBB, 0xBF, 0x7B, 0x7D], "begins with a byte order mark"),
    ("UTF-16", [0xFF, 0xFE, 0x7B, 0x00], "expected a value"),
    ("an array", Array("[]".utf8), "must be an object, not an array"),
    ("a number", Array("7".utf8), "must be an object, not a number"),
    ("half an object", Array("{\n  \"id\": \"se".utf8), "line 2, column 9: a string without an end"),
    ("no value", Array("{\"id\":".utf8), "ends where a value should be"),
    ("a comma too many", Array("{\"a\": 1,}".utf8), "column 9: expected a key in quotation marks"),
    ("no comma", Array("{\"a\": 1 \"b\": 2}".utf8), "expected \",\" or \"}\""),
    ("two values", Array("{} {}".utf8), "line 1, column 4: continues after its end"),
    ("a key twice", Array("{\"a\": 1, \"a\": 2}".utf8), "column 10: the key \"a\" occurs twice in one object"),
    ("NaN", Array("{\"a\": NaN}".utf8), "expected a value"),
    ("infinity", Array("{\"a\": -Infinity}".utf8), "expected a digit"),
    ("a leading zero", Array("{\"a\": 01}".utf8), "expected \",\" or \"}\""),
    ("a bare point", Array("{\"a\": 1.}".utf8), "expected a digit"),
    ("a comment", Array("{ /* */ }".utf8), "expected a key"),
    ("single quotes", Array("{'a': 1}".utf8), "expected a key"),
    ("a newline in a string", Array("{\"a\nb\": 1}".utf8), "a control character in a string"),
    ("an unknown escape", Array("{\"\\x\": 1}".utf8), "an unknown escape"),
    ("half a surrogate pair", Array("{\"\\ud800\": 1}".utf8), "half of a surrogate pair"),
    ("a false surrogate pair", Array("{\"\\ud800\\u0041\": 1}".utf8), "half of a surrogate pair"),
    ("a lone low surrogate", Array("{\"\\udc00\": 1}".utf8), "half of a surrogate pair"),
    ("a cut escape", Array("{\"\\u12".utf8), "ends where four hexadecimal digits should be"),
    ("a wrong escape", Array("{\"\\u12g4\": 1}".utf8), "expected four hexadecimal digits"),
    ("invalid UTF-8", [0x7B, 0x22, 0xC3, 0x28, 0x22, 0x3A, 0x31, 0x7D], "a string that is not UTF-8"),
    ("overlong UTF-8", [0x7B, 0x22, 0xC0, 0xAF, 0x22, 0x3A, 0x31, 0x7D], "a string that is not UTF-8"),
    ("deep arrays", [UInt8](repeating: 0x5B, count: 500_000), "is nested more than 32 deep"),
    ("deep objects", Array(String(repeating: "{\"a\":", count: 100_000).utf8), "is nested more than 32 deep"),
    ("too much", [UInt8](repeating: 0x20, count: 1 << 20 | 1), "has 1048577 bytes, more than 1048576"),
    ("binary", (0...255).map { UInt8($0) }, "expected a value"),
  ]

  @Test(arguments: hostile.indices)
  func `what is no protocol is refused and never traps`(index: Int) {
    let (name, bytes, fault) = Self.hostile[index]
    #expect { try ReadingProtocol(json: bytes, name: name) } throws: { error in
      #expect("\(error)".contains(fault), "\(error)")
      return error is ProtocolFault
    }
  }

  @Test func `a document that ends early is refused wherever it ends`() throws {
    let document = try #require(ReadingProtocol.builtinDocument(named: "direct"))
    let end = try #require(document.lastIndex(of: UInt8(ascii: "}")))
    for length in 0...end {
      #expect(throws: ProtocolFault.self) { try ReadingProtocol(json: Array(document.prefix(length)), name: "x") }
    }
  }

  @Test func `a document with any one byte changed never traps`() throws {
    let document = try #require(ReadingProtocol.builtinDocument(named: "direct"))
    for index in document.indices {
      for byte: UInt8 in [0, 0x22, 0x5C, 0x7B, 0x7D, 0x80, 0xFF] {
        var changed = document
        changed[index] = byte
        _ = try? ReadingProtocol(json: changed, name: "x")
      }
    }
  }
}

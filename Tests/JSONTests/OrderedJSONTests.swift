import Foundation
import JSON
import Testing

@Suite struct OrderedJSONTests {
  @Test func `text that breaks lines elsewhere does not break the line`() throws {
    let line = try OrderedJSON.line(["a\u{2028}b\u{85}c\u{7}\u{0}/\u{1F600}"])
    #expect(line == #"["a\u2028b\u0085c\u0007\u0000/😀"]"#)
    #expect(throws: EncodingError.self) { try OrderedJSON.line([Double.nan]) }
  }

  struct Everything: Codable, Equatable {
    struct Inner: Codable, Equatable { var list: [Int?] }
    var text: String
    var isTrue: Bool
    var large: UInt64
    var small: Int8
    var real: Double
    var narrow: Float
    var nothing: String?
    var absent: Int?
    var inner: [Inner]
    var map: [String: Double]
  }

  static let everything = Everything(
    text: "é\n\"", isTrue: true, large: .max, small: -128, real: 0.1, narrow: 0.3, nothing: nil, absent: nil,
    inner: [.init(list: [1, nil, 3]), .init(list: [])], map: ["a": 1, "b": -2.5e-9])

  @Test func `what was written is read back, once parsed`() throws {
    let line = try OrderedJSON.line(Self.everything)
    #expect(try OrderedJSON.decode(Everything.self, from: line) == Self.everything)
    #expect(try JSONDecoder().decode(Everything.self, from: Data(line.utf8)) == Self.everything)
  }

  struct Keys: Decodable, Equatable {
    struct Name: CodingKey {
      var stringValue: String
      var intValue: Int? { nil }
      init(stringValue: String) { self.stringValue = stringValue }
      init?(intValue: Int) { nil }
    }
    var names: [String]
    init(from decoder: any Decoder) throws {
      #expect(OrderedJSON.keepsOrder(decoder))
      names = try decoder.container(keyedBy: Name.self).allKeys.map(\.stringValue)
    }
  }

  @Test func `keys are given in the order of the text`() throws {
    let keys = (0..<50).map { "k\(($0 * 37) % 50)" }
    let text = "{" + keys.map { "\"\($0)\":0" }.joined(separator: ",") + "}"
    #expect(try OrderedJSON.decode(Keys.self, from: text).names == keys)
  }

  @Test(arguments: [
    "", "[1", "{\"list\":[1.5]}", "{\"list\":[\"1\"]}", "{\"list\":7}", "{}", "[]", "{\"list\":[99999999999999999999]}",
  ]) func `what does not fit is a decoding error and no trap`(_ text: String) {
    #expect(throws: DecodingError.self) { try OrderedJSON.decode(Everything.Inner.self, from: text) }
  }

  @Test func `a whole number may be written as a decimal`() throws {
    #expect(try OrderedJSON.decode([Int].self, from: "[1.0,-2e2]") == [1, -200])
    #expect(throws: DecodingError.self) { try OrderedJSON.decode([UInt8].self, from: "[256]") }
    #expect(throws: DecodingError.self) { try OrderedJSON.decode([Double].self, from: "[1e999]") }
  }
}

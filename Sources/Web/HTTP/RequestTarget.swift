/// A request's path and query, decoded once and strictly.
struct RequestTarget: Sendable, Hashable {
  /// The path's segments, decoded; `/` has none.
  let path: [String]
  /// The query's pairs in their order, decoded.
  let query: [QueryItem]

  struct QueryItem: Sendable, Hashable {
    var name: String
    var value: String
  }

  /// Reads a target in origin form (RFC 9112, 3.2.1).
  ///
  /// - Returns: `nil` for another form, a `%` that is not followed by two hexadecimal digits, bytes that are not UTF-8,
  ///   and control characters, encoded or not.
  init?(_ raw: String) {
    guard raw.hasPrefix("/") else { return nil }
    let parts = raw.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
    var path: [String] = []
    for segment in parts[0].dropFirst().split(separator: "/", omittingEmptySubsequences: false) {
      guard let text = Self.decoded(segment, plusIsSpace: false) else { return nil }
      path.append(text)
    }
    self.path = path == [""] ? [] : path

    var query: [QueryItem] = []
    if parts.count == 2 {
      for pair in parts[1].split(separator: "&") {
        let sides = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        guard let name = Self.decoded(sides[0], plusIsSpace: true),
          let value = Self.decoded(sides.count == 2 ? sides[1] : "", plusIsSpace: true)
        else { return nil }
        query.append(QueryItem(name: name, value: value))
      }
    }
    self.query = query
  }

  /// The first value of a query's name.
  func query(_ name: String) -> String? { query.first { $0.name == name }?.value }

  private static func decoded(_ text: Substring, plusIsSpace: Bool) -> String? {
    var bytes: [UInt8] = []
    var rest = text.utf8[...]
    while let byte = rest.popFirst() {
      var byte = byte
      if byte == UInt8(ascii: "%") {
        guard let high = rest.popFirst().flatMap(hexadecimal), let low = rest.popFirst().flatMap(hexadecimal) else {
          return nil
        }
        byte = high << 4 | low
      } else if byte == UInt8(ascii: "+"), plusIsSpace {
        byte = UInt8(ascii: " ")
      }
      guard byte >= 0x20, byte != 0x7F else { return nil }
      bytes.append(byte)
    }
    return String(validating: bytes, as: UTF8.self)
  }

  private static func hexadecimal(_ digit: UInt8) -> UInt8? {
    Character(Unicode.Scalar(digit)).hexDigitValue.map { UInt8($0) }
  }
}

extension StringProtocol {
  /// The text as one segment of a path: all but unreserved characters encoded (RFC 3986, 2.3).
  var asPathSegment: String {
    var text = ""
    for byte in utf8 {
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
        UInt8(ascii: "~"):
        text.unicodeScalars.append(Unicode.Scalar(byte))
      default:
        let digits = Array("0123456789ABCDEF".unicodeScalars)
        text += "%"
        text.unicodeScalars.append(digits[Int(byte >> 4)])
        text.unicodeScalars.append(digits[Int(byte & 15)])
      }
    }
    return text
  }
}

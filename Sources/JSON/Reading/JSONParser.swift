import TextOutput

/// Why a text is not JSON, and where.
public struct JSONSyntaxFault: Error, Equatable {
  /// From 1.
  public var line: Int
  /// In characters of UTF-8 text, from 1.
  public var column: Int
  /// What is wrong, without the place.
  public var message: String
}

/// Reads JSON by RFC 8259, strictly: no key twice, no byte order mark, nesting to a given depth.
public struct JSONParser {
  private let bytes: [UInt8]
  private let deepest: Int
  private var position = 0
  private var depth = 0

  /// Reads a whole text.
  ///
  /// - Parameters:
  ///   - bytes: the text, in UTF-8.
  ///   - deepest: the maximum nesting of arrays and objects.
  /// - Throws: ``JSONSyntaxFault``.
  public static func parse(_ bytes: [UInt8], deepest: Int) throws(JSONSyntaxFault) -> JSONValue {
    var parser = JSONParser(bytes: bytes, deepest: deepest)
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { throw parser.fault("begins with a byte order mark; save it without") }
    parser.skipSpace()
    if parser.position == bytes.count { throw parser.fault("is empty") }
    let value = try parser.value()
    parser.skipSpace()
    if parser.position < bytes.count { throw parser.fault("continues after its end") }
    return value
  }

  private init(bytes: [UInt8], deepest: Int) {
    self.bytes = bytes
    self.deepest = deepest
  }

  private func fault(_ message: String, at place: Int? = nil) -> JSONSyntaxFault {
    let before = bytes.prefix(place ?? position)
    let lineStart = (before.lastIndex(of: UInt8(ascii: "\n")) ?? -1) + 1
    // Continuation bytes are not characters of their own.
    let column = before[lineStart...].count { $0 & 0xC0 != 0x80 } + 1
    return JSONSyntaxFault(line: before.count { $0 == UInt8(ascii: "\n") } + 1, column: column, message: message)
  }

  private var next: UInt8? { position < bytes.count ? bytes[position] : nil }

  private mutating func take(_ byte: Unicode.Scalar) -> Bool {
    guard let next, UInt32(next) == byte.value else { return false }
    position += 1
    return true
  }

  private mutating func skipSpace() {
    while let next, next == 0x20 || next == 0x0A || next == 0x0D || next == 0x09 { position += 1 }
  }

  private func unexpected(_ expected: String) -> JSONSyntaxFault {
    fault(next == nil ? "ends where \(expected) should be" : "expected \(expected)")
  }

  private mutating func value() throws(JSONSyntaxFault) -> JSONValue {
    switch next {
    case UInt8(ascii: "{"): return try nested(Self.object)
    case UInt8(ascii: "["): return try nested(Self.array)
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "-"), .some(UInt8(ascii: "0")...UInt8(ascii: "9")): return try number()
    default:
      for (word, value) in [("true", JSONValue.bool(true)), ("false", .bool(false)), ("null", .null)]
      where bytes[position...].starts(with: word.utf8) {
        position += word.utf8.count
        return value
      }
      throw unexpected("a value")
    }
  }

  private mutating func nested(
    _ read: (inout JSONParser) throws(JSONSyntaxFault) -> JSONValue
  ) throws(JSONSyntaxFault) -> JSONValue {
    guard depth < deepest else { throw fault("is nested more than \(deepest) deep") }
    depth += 1
    position += 1
    skipSpace()
    let value = try read(&self)
    depth -= 1
    return value
  }

  private static func array(_ parser: inout JSONParser) throws(JSONSyntaxFault) -> JSONValue {
    var elements: [JSONValue] = []
    if parser.take("]") { return .array([]) }
    while true {
      elements.append(try parser.value())
      parser.skipSpace()
      if parser.take("]") { return .array(elements) }
      guard parser.take(",") else { throw parser.unexpected("\",\" or \"]\"") }
      parser.skipSpace()
    }
  }

  private static func object(_ parser: inout JSONParser) throws(JSONSyntaxFault) -> JSONValue {
    var members: [JSONMember] = []
    var keys: Set<String> = []
    if parser.take("}") { return .object([]) }
    while true {
      let start = parser.position
      guard parser.next == UInt8(ascii: "\"") else { throw parser.unexpected("a key in quotation marks") }
      let key = try parser.string()
      guard keys.insert(key).inserted else {
        throw parser.fault("the key \(Quoted(key)) occurs twice in one object", at: start)
      }
      parser.skipSpace()
      guard parser.take(":") else { throw parser.unexpected("\":\"") }
      parser.skipSpace()
      members.append(JSONMember(key: key, value: try parser.value()))
      parser.skipSpace()
      if parser.take("}") { return .object(members) }
      guard parser.take(",") else { throw parser.unexpected("\",\" or \"}\"") }
      parser.skipSpace()
    }
  }

  private mutating func number() throws(JSONSyntaxFault) -> JSONValue {
    let start = position
    _ = take("-")
    if !take("0") { try digits() }
    if take(".") { try digits() }
    if take("e") || take("E") {
      if !take("+") { _ = take("-") }
      try digits()
    }
    return .number(String(decoding: bytes[start..<position], as: UTF8.self))
  }

  private mutating func digits() throws(JSONSyntaxFault) {
    let start = position
    while let next, next >= UInt8(ascii: "0"), next <= UInt8(ascii: "9") { position += 1 }
    if position == start { throw unexpected("a digit") }
  }

  private mutating func string() throws(JSONSyntaxFault) -> String {
    let start = position
    position += 1
    var text: [UInt8] = []
    while true {
      let plain = position..<plainEnd
      position = plain.upperBound
      switch next {
      case UInt8(ascii: "\""):
        position += 1
        let isWhole = plain.lowerBound == start + 1
        if !isWhole { text += bytes[plain] }
        guard
          let string = isWhole
            ? String(validating: bytes[plain], as: UTF8.self) : String(validating: text, as: UTF8.self)
        else { throw fault("a string that is not UTF-8", at: start) }
        return string
      case UInt8(ascii: "\\"):
        text += bytes[plain]
        position += 1
        text += try escaped()
      case nil: throw fault("a string without an end", at: start)
      default: throw fault("a control character in a string; write it as \\n, \\t or \\u…")
      }
    }
  }

  /// Where the bytes end that stand for themselves: most of a string, and most strings whole.
  private var plainEnd: Int {
    bytes.withUnsafeBufferPointer { bytes in
      var end = position
      while end < bytes.count, bytes[end] >= 0x20, bytes[end] != UInt8(ascii: "\""), bytes[end] != UInt8(ascii: "\\") {
        end += 1
      }
      return end
    }
  }

  private mutating func escaped() throws(JSONSyntaxFault) -> [UInt8] {
    let start = position - 1
    guard let byte = next else { throw unexpected("the rest of an escape") }
    position += 1
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return [byte]
    case UInt8(ascii: "b"): return [0x08]
    case UInt8(ascii: "f"): return [0x0C]
    case UInt8(ascii: "n"): return [0x0A]
    case UInt8(ascii: "r"): return [0x0D]
    case UInt8(ascii: "t"): return [0x09]
    case UInt8(ascii: "u"):
      var units = [try codeUnit()]
      if UTF16.isLeadSurrogate(units[0]), take("\\") {
        guard take("u") else { throw fault("half of a surrogate pair", at: start) }
        units.append(try codeUnit())
      }
      guard let string = String(validating: units, as: UTF16.self) else {
        throw fault("half of a surrogate pair", at: start)
      }
      return Array(string.utf8)
    default: throw fault("an unknown escape", at: start)
    }
  }

  private mutating func codeUnit() throws(JSONSyntaxFault) -> UInt16 {
    var unit: UInt16 = 0
    for _ in 0..<4 {
      guard let byte = next, let digit = Character(Unicode.Scalar(byte)).hexDigitValue else {
        throw unexpected("four hexadecimal digits")
      }
      unit = unit << 4 | UInt16(digit)
      position += 1
    }
    return unit
  }
}

/// A JSON text as a value: members keep their order, numbers their digits.
public enum JSONValue: Sendable, Hashable {
  /// `null`.
  case null
  /// `true` or `false`.
  case bool(Bool)
  /// The number as it is written; grammatical, but perhaps too large for any type.
  case number(String)
  /// A text, its escapes resolved.
  case string(String)
  /// A list.
  case array([JSONValue])
  /// An object; no key occurs twice if it was parsed.
  case object([JSONMember])

  /// What sort of value it is, as a message says it.
  public var sort: String {
    switch self {
    case .null: "null"
    case .bool: "true or false"
    case .number: "a number"
    case .string: "a string"
    case .array: "an array"
    case .object: "an object"
    }
  }

  /// The text on one line, without spaces.
  ///
  /// Slashes are not escaped; characters that some readers treat as line breaks are.
  public var text: String {
    var text = ""
    write(to: &text)
    return text
  }

  private func write(to text: inout String) {
    switch self {
    case .null: text += "null"
    case .bool(let value): text += value ? "true" : "false"
    case .number(let literal): text += literal
    case .string(let value): Self.write(value, to: &text)
    case .array(let elements):
      text += "["
      for (index, element) in elements.enumerated() {
        if index > 0 { text += "," }
        element.write(to: &text)
      }
      text += "]"
    case .object(let members):
      text += "{"
      for (index, member) in members.enumerated() {
        if index > 0 { text += "," }
        Self.write(member.key, to: &text)
        text += ":"
        member.value.write(to: &text)
      }
      text += "}"
    }
  }

  private static func write(_ string: String, to text: inout String) {
    text += "\""
    defer { text += "\"" }
    // Pictures in base64 are long, and nothing in them is escaped.
    if string.utf8.allSatisfy({ (0x20..<0x7F).contains($0) && $0 != 0x22 && $0 != 0x5C }) {
      text += string
      return
    }
    for scalar in string.unicodeScalars {
      switch scalar {
      case "\"": text += "\\\""
      case "\\": text += "\\\\"
      case "\n": text += "\\n"
      case "\r": text += "\\r"
      case "\t": text += "\\t"
      // C0 and C1 controls, and Unicode's own line and paragraph separators.
      case "\u{0}"..<" ", "\u{7F}"..."\u{9F}", "\u{2028}", "\u{2029}":
        let digits = String(scalar.value, radix: 16)
        text += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: text.unicodeScalars.append(scalar)
      }
    }
  }
}

/// One key of a JSON object with its value.
public struct JSONMember: Sendable, Hashable {
  /// The key.
  public var key: String
  /// Its value.
  public var value: JSONValue

  /// A key with its value.
  public init(key: String, value: JSONValue) {
    self.key = key
    self.value = value
  }
}

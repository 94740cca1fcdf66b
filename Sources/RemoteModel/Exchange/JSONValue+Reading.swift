import JSON

/// Reading what another program wrote: what is absent or of another sort is `nil`.
extension JSONValue {
  subscript(key: String) -> JSONValue? {
    guard case .object(let members) = self else { return nil }
    return members.first { $0.key == key }?.value
  }

  var string: String? { if case .string(let text) = self { text } else { nil } }
  var elements: [JSONValue]? { if case .array(let elements) = self { elements } else { nil } }
  var truth: Bool? { if case .bool(let truth) = self { truth } else { nil } }

  var double: Double? {
    guard case .number(let literal) = self, let number = Double(literal), number.isFinite else { return nil }
    return number
  }

  var integer: Int? {
    guard case .number(let literal) = self else { return nil }
    return Int(literal) ?? Double(literal).flatMap { Int(exactly: $0) }
  }

  /// The value, unless it is `null`.
  var present: JSONValue? { self == .null ? nil : self }
}

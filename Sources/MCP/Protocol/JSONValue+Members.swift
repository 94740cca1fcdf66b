import JSON

extension JSONValue {
  /// The value of an object's key; `nil` for another sort of value, or without the key.
  subscript(key: String) -> JSONValue? {
    guard case .object(let members) = self else { return nil }
    return members.first { $0.key == key }?.value
  }

  /// The text of a string.
  var string: String? { if case .string(let text) = self { text } else { nil } }

  /// A whole number.
  static func integer(_ value: Int) -> JSONValue { .number(String(value)) }

  /// A number that is finite; `null` for any other.
  static func real(_ value: Double) -> JSONValue { value.isFinite ? .number("\(value)") : .null }

  /// A text, or `null`.
  static func text(_ text: String?) -> JSONValue { text.map { .string($0) } ?? .null }

  /// An object with its keys in this order.
  static func fields(_ pairs: KeyValuePairs<String, JSONValue>) -> JSONValue { .object(Self.members(pairs)) }

  /// Keys with their values, in this order.
  static func members(_ pairs: KeyValuePairs<String, JSONValue>) -> [JSONMember] {
    pairs.map { JSONMember(key: $0.key, value: $0.value) }
  }
}

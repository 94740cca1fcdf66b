import JSON

@testable import Dermoscopy

/// Judges documents by a JSON Schema: as much of 2020-12 as ours uses, and an error for any other keyword.
struct SchemaValidator {
  struct UnknownKeyword: Error { let keyword: String }

  let root: JSONValue

  init() throws { root = try JSONParser.parse(ReadingProtocol.schemaDocument, deepest: 64) }

  func accepts(_ document: JSONValue) throws -> Bool { try accepts(document, root) }

  private func accepts(_ value: JSONValue, _ schema: JSONValue) throws -> Bool {
    if case .bool(let verdict) = schema { return verdict }
    guard case .object(let keywords) = schema else { throw UnknownKeyword(keyword: schema.text) }
    return try keywords.allSatisfy { try holds($0.key, $0.value, for: value, in: schema) }
  }

  private func holds(
    _ keyword: String, _ argument: JSONValue, for value: JSONValue, in schema: JSONValue
  ) throws -> Bool {
    switch keyword {
    case "$schema", "$id", "$defs", "title", "description", "then", "else": return true
    case "$ref": return try accepts(value, definition(argument))
    case "allOf": return try argument.list.allSatisfy { try accepts(value, $0) }
    case "anyOf": return try argument.list.contains { try accepts(value, $0) }
    case "oneOf": return try argument.list.filter { try accepts(value, $0) }.count == 1
    case "not": return try !accepts(value, argument)
    case "if":
      let branch = try accepts(value, argument) ? "then" : "else"
      return try schema[branch].map { try accepts(value, $0) } ?? true
    case "const": return value == argument
    case "enum": return argument.list.contains(value)
    case "type": return value.isOf(type: argument.string)
    case "required":
      return value.members.map { m in argument.list.allSatisfy { r in m.contains { $0.key == r.string } } } ?? true
    case "properties":
      return try value.members?.allSatisfy { try accepts($0.value, argument[$0.key] ?? .bool(true)) } ?? true
    case "additionalProperties":
      let known = schema["properties"]?.members?.map(\.key) ?? []
      return try value.members?.allSatisfy { try known.contains($0.key) || accepts($0.value, argument) } ?? true
    case "propertyNames": return try value.members?.allSatisfy { try accepts(.string($0.key), argument) } ?? true
    case "minProperties": return value.members.map { Double($0.count) >= argument.double } ?? true
    case "maxProperties": return value.members.map { Double($0.count) <= argument.double } ?? true
    case "items":
      guard case .array(let elements) = value else { return true }
      return try elements.allSatisfy { try accepts($0, argument) }
    case "minItems": return value.count.map { $0 >= argument.double } ?? true
    case "maxItems": return value.count.map { $0 <= argument.double } ?? true
    case "uniqueItems": return Set(value.list).count == value.list.count
    case "minLength": return value.length.map { $0 >= argument.double } ?? true
    case "maxLength": return value.length.map { $0 <= argument.double } ?? true
    case "minimum": return value.isOf(type: "number") ? value.double >= argument.double : true
    case "maximum": return value.isOf(type: "number") ? value.double <= argument.double : true
    case "pattern":
      guard case .string(let text) = value else { return true }
      return try text.firstMatch(of: Regex(argument.string).matchingSemantics(.unicodeScalar)) != nil
    default: throw UnknownKeyword(keyword: keyword)
    }
  }

  private func definition(_ reference: JSONValue) throws -> JSONValue {
    let name = reference.string.split(separator: "/").last.map(String.init) ?? ""
    guard let schema = root["$defs"]?[name] else { throw UnknownKeyword(keyword: reference.string) }
    return schema
  }
}

extension JSONValue {
  var members: [JSONMember]? { if case .object(let members) = self { members } else { nil } }
  var list: [JSONValue] { if case .array(let elements) = self { elements } else { [] } }
  var count: Double? { if case .array(let elements) = self { Double(elements.count) } else { nil } }
  var string: String { if case .string(let string) = self { string } else { "" } }
  var length: Double? { if case .string(let text) = self { Double(text.unicodeScalars.count) } else { nil } }
  var double: Double { if case .number(let literal) = self { Double(literal) ?? .nan } else { .nan } }
  subscript(key: String) -> JSONValue? { members?.first { $0.key == key }?.value }

  func isOf(type: String) -> Bool {
    switch (type, self) {
    case ("object", .object), ("array", .array), ("string", .string), ("number", .number): true
    case ("integer", .number): double == double.rounded()
    default: false
    }
  }
}

import JSON

@testable import MCP

/// The part of JSON Schema that the tools' definitions use.
enum SchemaCheck {
  /// What of a value its schema does not allow; empty when it is valid.
  static func faults(of value: JSONValue, by schema: JSONValue, at place: String = "$") -> [String] {
    if let choices = schema["anyOf"] {
      let all = choices.elements.map { faults(of: value, by: $0, at: place) }
      return all.contains([]) ? [] : all.first ?? []
    }
    var found: [String] = []
    if let type = schema["type"] {
      let types = type.string.map { [$0] } ?? type.elements.compactMap(\.string)
      if !types.contains(where: { matches(value, $0) }) { found.append("\(place) is \(value.sort)") }
    }
    if let choices = schema["enum"], !choices.elements.contains(value) { found.append("\(place) is not a choice") }
    if case .number(let digits) = value, let number = Double(digits) {
      if case .number(let least)? = schema["minimum"], number < Double(least) ?? 0 { found.append("\(place) is low") }
      if case .number(let most)? = schema["maximum"], number > Double(most) ?? 0 { found.append("\(place) is high") }
    }
    if case .array(let elements) = value, let items = schema["items"] {
      for (index, element) in elements.enumerated() {
        found += faults(of: element, by: items, at: "\(place)[\(index)]")
      }
      if case .number(let least)? = schema["minItems"], elements.count < Int(least) ?? 0 {
        found.append("\(place) is short")
      }
      if case .number(let most)? = schema["maxItems"], elements.count > Int(most) ?? 0 {
        found.append("\(place) is long")
      }
    }
    guard case .object(let members) = value else { return found }
    for key in schema["required"]?.elements.compactMap(\.string) ?? [] where value[key] == nil {
      found.append("\(place) lacks \(key)")
    }
    for member in members {
      if let own = schema["properties"]?[member.key]
        ?? schema["additionalProperties"].flatMap({ $0 == .bool(false) ? nil : $0 })
      {
        found += faults(of: member.value, by: own, at: "\(place).\(member.key)")
      } else if schema["additionalProperties"] == .bool(false) {
        found.append("\(place).\(member.key) is unknown")
      }
    }
    return found
  }

  private static func matches(_ value: JSONValue, _ type: String) -> Bool {
    switch (value, type) {
    case (.null, "null"), (.bool, "boolean"), (.string, "string"), (.array, "array"), (.object, "object"),
      (.number, "number"):
      true
    case (.number(let digits), "integer"): Int(digits) != nil
    default: false
    }
  }
}

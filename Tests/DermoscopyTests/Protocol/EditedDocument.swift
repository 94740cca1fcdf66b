import JSON

@testable import Dermoscopy

/// The bytes of a built-in protocol with some of its parts replaced.
///
/// - Parameter edits: paths such as "questions[2].answer.values" with the JSON to put there; `nil` takes it out.
func document(_ edits: [(String, String?)], in base: String = "seed") throws -> [UInt8] {
  var value = try JSONParser.parse(try builtin(base), deepest: 32)
  for (path, json) in edits {
    let steps = path.split(whereSeparator: { ".[]".contains($0) }).map(String.init)
    value = try replaced(value, steps[...], try json.map { try JSONParser.parse(Array($0.utf8), deepest: 32) })
  }
  return Array(value.text.utf8)
}

private struct NoSuchPlace: Error {}

private func replaced(_ value: JSONValue, _ steps: ArraySlice<String>, _ new: JSONValue?) throws -> JSONValue {
  guard let step = steps.first else { throw NoSuchPlace() }
  let rest = steps.dropFirst()
  switch value {
  case .object(var members):
    if let index = members.firstIndex(where: { $0.key == step }) {
      if rest.isEmpty {
        if let new { members[index].value = new } else { members.remove(at: index) }
      } else {
        members[index].value = try replaced(members[index].value, rest, new)
      }
    } else if let new, rest.isEmpty {
      members.append(JSONMember(key: step, value: new))
    } else {
      throw NoSuchPlace()
    }
    return .object(members)
  case .array(var elements):
    guard let index = Int(step), index <= elements.count else { throw NoSuchPlace() }
    if index == elements.count, let new, rest.isEmpty {
      elements.append(new)
    } else if index < elements.count, rest.isEmpty, new == nil {
      elements.remove(at: index)
    } else if index < elements.count {
      elements[index] = rest.isEmpty ? new ?? .null : try replaced(elements[index], rest, new)
    } else {
      throw NoSuchPlace()
    }
    return .array(elements)
  default: throw NoSuchPlace()
  }
}

private func builtin(_ name: String) throws -> [UInt8] {
  guard let document = ReadingProtocol.builtinDocument(named: name) else { throw NoSuchPlace() }
  return document
}

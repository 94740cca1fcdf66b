/// Refuses unknown keys, so that a misspelt setting is not silently ignored.
public enum StrictKeys {
  /// Reads an object's keys and refuses one that is not among those known; values are not checked.
  ///
  /// - Throws: `DecodingError` that names the first unknown key and the known ones.
  public static func check(_ decoder: any Decoder, against known: [String]) throws {
    let container = try decoder.container(keyedBy: JSONKey.self)
    let unknown = container.allKeys.map(\.stringValue).sorted().first { !known.contains($0) }
    guard let unknown else { return }
    throw DecodingError.dataCorrupted(
      .init(
        codingPath: decoder.codingPath,
        debugDescription: "unknown key \"\(unknown)\"; known are \(known.joined(separator: ", "))"))
  }

  /// A decoding error as a place and a reason, for people.
  public static func explain(_ error: any Error) -> String {
    func place(_ path: [any CodingKey]) -> String {
      let text = path.map { key in key.intValue.map { "[\($0)]" } ?? "." + key.stringValue }.joined()
      return text.isEmpty ? "" : text.drop { $0 == "." } + ": "
    }
    switch error as? DecodingError {
    case .keyNotFound(let key, let context): return place(context.codingPath) + "\"\(key.stringValue)\" is missing"
    case .typeMismatch(let type, let context), .valueNotFound(let type, let context):
      return place(context.codingPath) + "not \(name(of: type))"
    case .dataCorrupted(let context):
      return place(context.codingPath)
        + (context.debugDescription.contains("not valid JSON") || context.underlyingError != nil
          ? "not valid JSON" : context.debugDescription)
    default: return "\(error)"
    }
  }

  private static func name(of type: Any.Type) -> String {
    switch type {
    case is String.Type: "a text"
    case is any FixedWidthInteger.Type: "a whole number"
    case is Bool.Type: "true or false"
    case is [String: Any].Type: "an object"
    default: "what is expected here"
    }
  }
}

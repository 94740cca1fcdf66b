extension OrderedJSON {
  /// Reads a value from JSON. A container's `allKeys` are in the order in which the text has them.
  ///
  /// The text is parsed once and strictly (``JSONParser``), at most 64 deep.
  ///
  /// - Throws: `DecodingError`, also for what is not JSON.
  public static func decode<Value: Decodable>(_ type: Value.Type, from json: String) throws -> Value {
    let value: JSONValue
    do {
      value = try JSONParser.parse(Array(json.utf8), deepest: 64)
    } catch {
      throw DecodingError.dataCorrupted(
        .init(codingPath: [], debugDescription: "not valid JSON", underlyingError: error))
    }
    return try TreeDecoder(value, at: []).read(type)
  }

  /// Whether a decoder's containers give their keys in the order in which the text has them.
  public static func keepsOrder(_ decoder: any Decoder) -> Bool { decoder is TreeDecoder }
}

/// Reads one value of the tree.
private struct TreeDecoder: Decoder {
  let value: JSONValue
  let codingPath: [any CodingKey]
  let userInfo: [CodingUserInfoKey: Any] = [:]

  init(_ value: JSONValue, at place: [any CodingKey]) {
    self.value = value
    codingPath = place
  }

  func read<Value: Decodable>(_ type: Value.Type) throws -> Value {
    let found: Any?
    switch (type, value) {
    case (is String.Type, .string(let text)): found = text
    case (is Bool.Type, .bool(let truth)): found = truth
    case (is Double.Type, .number(let literal)): found = Double(literal).flatMap { $0.isFinite ? $0 : nil }
    case (is Float.Type, .number(let literal)): found = Float(literal).flatMap { $0.isFinite ? $0 : nil }
    case (let type as any FixedWidthInteger.Type, .number(let literal)): found = Self.integer(type, literal)
    case (is String.Type, _), (is Bool.Type, _), (is Double.Type, _), (is Float.Type, _),
      (is any FixedWidthInteger.Type, _):
      found = nil
    default: return try Value(from: self)
    }
    guard let read = found as? Value else { throw mismatch(type) }
    return read
  }

  /// `1` and `1.0` are both whole numbers.
  private static func integer<Integer: FixedWidthInteger>(_ type: Integer.Type, _ literal: String) -> Integer? {
    Integer(literal) ?? Double(literal).flatMap { Integer(exactly: $0) }
  }

  func mismatch(_ type: Any.Type) -> DecodingError {
    let context = DecodingError.Context(
      codingPath: codingPath, debugDescription: "expected \(type), found \(value.sort)")
    return value == .null ? .valueNotFound(type, context) : .typeMismatch(type, context)
  }

  func container<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
    guard case .object(let members) = value else { throw mismatch([String: Any].self) }
    return KeyedDecodingContainer(ReadMembers(members: members, codingPath: codingPath))
  }

  func unkeyedContainer() throws -> any UnkeyedDecodingContainer {
    guard case .array(let elements) = value else { throw mismatch([Any].self) }
    return ReadElements(elements: elements, codingPath: codingPath)
  }

  func singleValueContainer() throws -> any SingleValueDecodingContainer { ReadSingle(decoder: self) }
}

private struct ReadMembers<Key: CodingKey>: KeyedDecodingContainerProtocol {
  let members: [JSONMember]
  let codingPath: [any CodingKey]

  var allKeys: [Key] { members.compactMap { Key(stringValue: $0.key) } }

  func contains(_ key: Key) -> Bool { members.contains { $0.key == key.stringValue } }

  private func decoder(_ key: any CodingKey) throws -> TreeDecoder {
    guard let member = members.first(where: { $0.key == key.stringValue }) else {
      throw DecodingError.keyNotFound(key, .init(codingPath: codingPath, debugDescription: "the key is missing"))
    }
    return TreeDecoder(member.value, at: codingPath + [key])
  }

  func decodeNil(forKey key: Key) throws -> Bool { try decoder(key).value == .null }
  func decode<Value: Decodable>(_ type: Value.Type, forKey key: Key) throws -> Value { try decoder(key).read(type) }
  func nestedContainer<Nested: CodingKey>(
    keyedBy type: Nested.Type, forKey key: Key
  ) throws -> KeyedDecodingContainer<Nested> { try decoder(key).container(keyedBy: type) }
  func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer {
    try decoder(key).unkeyedContainer()
  }
  func superDecoder() throws -> any Decoder { TreeDecoder(.object(members), at: codingPath) }
  func superDecoder(forKey key: Key) throws -> any Decoder { try decoder(key) }
}

private struct ReadElements: UnkeyedDecodingContainer {
  let elements: [JSONValue]
  let codingPath: [any CodingKey]
  var currentIndex = 0

  init(elements: [JSONValue], codingPath: [any CodingKey]) {
    self.elements = elements
    self.codingPath = codingPath
  }

  private struct Place: CodingKey {
    let intValue: Int?
    var stringValue: String { "Index \(intValue ?? 0)" }
    init(_ index: Int) { intValue = index }
    init?(intValue: Int) { self.intValue = intValue }
    init?(stringValue: String) { nil }
  }

  var count: Int? { elements.count }
  var isAtEnd: Bool { currentIndex >= elements.count }

  /// The element at hand; the next call gives the next.
  private mutating func next() throws -> TreeDecoder {
    let decoder = try current()
    currentIndex += 1
    return decoder
  }

  private func current() throws -> TreeDecoder {
    guard !isAtEnd else {
      throw DecodingError.valueNotFound(
        Any.self, .init(codingPath: codingPath, debugDescription: "the array ends after \(elements.count) elements"))
    }
    return TreeDecoder(elements[currentIndex], at: codingPath + [Place(currentIndex)])
  }

  mutating func decodeNil() throws -> Bool {
    guard try current().value == .null else { return false }
    currentIndex += 1
    return true
  }
  mutating func decode<Value: Decodable>(_ type: Value.Type) throws -> Value { try next().read(type) }
  mutating func nestedContainer<Nested: CodingKey>(
    keyedBy type: Nested.Type
  ) throws -> KeyedDecodingContainer<Nested> { try next().container(keyedBy: type) }
  mutating func nestedUnkeyedContainer() throws -> any UnkeyedDecodingContainer { try next().unkeyedContainer() }
  mutating func superDecoder() throws -> any Decoder { try next() }
}

private struct ReadSingle: SingleValueDecodingContainer {
  let decoder: TreeDecoder
  var codingPath: [any CodingKey] { decoder.codingPath }

  func decodeNil() -> Bool { decoder.value == .null }
  func decode<Value: Decodable>(_ type: Value.Type) throws -> Value { try decoder.read(type) }
}

/// Writes `Encodable` values as JSON whose keys keep the order in which they were encoded.
///
/// Foundation's encoder keeps no order or sorts alphabetically; people read these objects, and tests compare them byte
/// by byte.
public enum OrderedJSON {
  /// One object on one line, without a newline at its end; slashes unescaped.
  ///
  /// - Throws: `EncodingError` for a number that is not finite.
  public static func line(_ value: some Encodable) throws -> String {
    try tree(value).text
  }

  static func tree(_ value: some Encodable) throws -> JSONValue {
    let encoder = TreeEncoder(place: [])
    try encoder.encode(value)
    return encoder.value
  }
}

/// Builds one value of the tree.
///
/// A container keeps its encoder, so values that are written later still end up in the right place.
private final class TreeEncoder: Encoder {
  enum Shape {
    case single(JSONValue)
    case array
    case object
  }

  let codingPath: [any CodingKey]
  let userInfo: [CodingUserInfoKey: Any] = [:]
  var shape = Shape.single(.null)
  private(set) var children: [(key: String, child: TreeEncoder)] = []

  init(place: [any CodingKey]) { codingPath = place }

  var value: JSONValue {
    switch shape {
    case .single(let value): value
    case .array: .array(children.map(\.child.value))
    case .object: .object(children.map { JSONMember(key: $0.key, value: $0.child.value) })
    }
  }

  func encode(_ encodable: some Encodable) throws {
    switch encodable {
    case let value as String: shape = .single(.string(value))
    case let value as Bool: shape = .single(.bool(value))
    case let value as any FixedWidthInteger: shape = .single(.number(value.description))
    case let value as Double: try set(value)
    case let value as Float: try set(Double(value))
    default: try encodable.encode(to: self)
    }
  }

  private func set(_ number: Double) throws {
    guard number.isFinite else {
      throw EncodingError.invalidValue(
        number, .init(codingPath: codingPath, debugDescription: "\(number) is not a JSON number"))
    }
    shape = .single(.number(number.description))
  }

  func element() -> TreeEncoder {
    let child = TreeEncoder(place: codingPath)
    children.append(("", child))
    return child
  }

  func member(_ key: any CodingKey) -> TreeEncoder {
    let child = TreeEncoder(place: codingPath + [key])
    children.append((key.stringValue, child))
    return child
  }

  func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
    shape = .object
    return KeyedEncodingContainer(Members(encoder: self))
  }

  func unkeyedContainer() -> any UnkeyedEncodingContainer {
    shape = .array
    return Elements(encoder: self)
  }

  func singleValueContainer() -> any SingleValueEncodingContainer { Single(encoder: self) }
}

private struct Members<Key: CodingKey>: KeyedEncodingContainerProtocol {
  let encoder: TreeEncoder
  var codingPath: [any CodingKey] { encoder.codingPath }

  mutating func encodeNil(forKey key: Key) { encoder.member(key).shape = .single(.null) }
  mutating func encode(_ value: some Encodable, forKey key: Key) throws { try encoder.member(key).encode(value) }
  mutating func nestedContainer<Nested: CodingKey>(
    keyedBy type: Nested.Type, forKey key: Key
  ) -> KeyedEncodingContainer<Nested> {
    encoder.member(key).container(keyedBy: type)
  }
  mutating func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer {
    encoder.member(key).unkeyedContainer()
  }
  mutating func superEncoder() -> any Encoder { encoder }
  mutating func superEncoder(forKey key: Key) -> any Encoder { encoder.member(key) }
}

private struct Elements: UnkeyedEncodingContainer {
  let encoder: TreeEncoder
  var codingPath: [any CodingKey] { encoder.codingPath }
  var count: Int { encoder.children.count }

  mutating func encodeNil() { encoder.element().shape = .single(.null) }
  mutating func encode(_ value: some Encodable) throws { try encoder.element().encode(value) }
  mutating func nestedContainer<Nested: CodingKey>(keyedBy type: Nested.Type) -> KeyedEncodingContainer<Nested> {
    encoder.element().container(keyedBy: type)
  }
  mutating func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer { encoder.element().unkeyedContainer() }
  mutating func superEncoder() -> any Encoder { encoder.element() }
}

private struct Single: SingleValueEncodingContainer {
  let encoder: TreeEncoder
  var codingPath: [any CodingKey] { encoder.codingPath }

  mutating func encodeNil() { encoder.shape = .single(.null) }
  mutating func encode(_ value: some Encodable) throws { try encoder.encode(value) }
}

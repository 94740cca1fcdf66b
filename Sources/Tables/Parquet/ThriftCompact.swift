/// Thrift's compact protocol, as far as a Parquet file's headers need it (github.com/apache/thrift,
/// doc/specs/thrift-compact-protocol.md).
struct ThriftCompact {
  private enum Kind: UInt8 {
    case yes = 1
    case no = 2
    case byte = 3
    case short = 4
    case int = 5
    case long = 6
    case binary = 8
    case list = 9
    case structure = 12
  }

  /// What was written.
  private(set) var bytes: [UInt8] = []
  /// The number of the last field, of each structure that is open.
  private var fields: [Int] = [0]

  private mutating func begin(_ field: Int, _ kind: Kind) {
    let step = field - (fields.last ?? 0)
    if (1...15).contains(step) {
      bytes.append(UInt8(step) << 4 | kind.rawValue)
    } else {
      bytes.append(kind.rawValue)
      zigzag(field)
    }
    if !fields.isEmpty { fields[fields.count - 1] = field }
  }

  private mutating func zigzag(_ value: Int) {
    bytes += Self.variable(UInt64(bitPattern: Int64(value << 1 ^ value >> (Int.bitWidth - 1))))
  }

  /// A number, seven bits a byte, the lowest first.
  static func variable(_ value: UInt64) -> [UInt8] {
    var (rest, bytes) = (value, [UInt8]())
    while rest >= 0x80 {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    return bytes + [UInt8(truncatingIfNeeded: rest)]
  }

  /// A 32-bit number.
  mutating func int(_ field: Int, _ value: Int) {
    begin(field, .int)
    zigzag(value)
  }

  /// A 64-bit number.
  mutating func long(_ field: Int, _ value: Int) {
    begin(field, .long)
    zigzag(value)
  }

  /// An 8-bit number.
  mutating func byte(_ field: Int, _ value: Int8) {
    begin(field, .byte)
    bytes.append(UInt8(bitPattern: value))
  }

  /// Yes or no.
  mutating func flag(_ field: Int, _ value: Bool) { begin(field, value ? .yes : .no) }

  /// A text.
  mutating func text(_ field: Int, _ value: String) {
    begin(field, .binary)
    put(value)
  }

  private mutating func put(_ value: String) {
    bytes += Self.variable(UInt64(value.utf8.count))
    bytes += value.utf8
  }

  /// A structure.
  mutating func structure(_ field: Int, _ body: (inout ThriftCompact) -> Void) {
    begin(field, .structure)
    element(body)
  }

  /// A structure that is no field: an element of a list, or the outermost.
  mutating func element(_ body: (inout ThriftCompact) -> Void) {
    fields.append(0)
    body(&self)
    fields.removeLast()
    bytes.append(0)
  }

  /// A list of 32-bit numbers.
  mutating func ints(_ field: Int, _ values: [Int]) {
    list(field, values.count, .int)
    for value in values { zigzag(value) }
  }

  /// A list of texts.
  mutating func texts(_ field: Int, _ values: [String]) {
    list(field, values.count, .binary)
    for value in values { put(value) }
  }

  /// A list of structures.
  mutating func structures<Value>(_ field: Int, _ values: [Value], _ body: (inout ThriftCompact, Value) -> Void) {
    list(field, values.count, .structure)
    for value in values { element { body(&$0, value) } }
  }

  private mutating func list(_ field: Int, _ count: Int, _ kind: Kind) {
    begin(field, .list)
    if count < 15 {
      bytes.append(UInt8(count) << 4 | kind.rawValue)
    } else {
      bytes.append(0xF0 | kind.rawValue)
      bytes += Self.variable(UInt64(count))
    }
  }
}

import TextOutput

/// The types of a metadata value, by GGUF's numbers.
public enum GGUFValueType: UInt32, Sendable {
  /// 8 bits, without a sign.
  case uint8 = 0
  /// 8 bits, with a sign.
  case int8 = 1
  /// 16 bits, without a sign.
  case uint16 = 2
  /// 16 bits, with a sign.
  case int16 = 3
  /// 32 bits, without a sign.
  case uint32 = 4
  /// 32 bits, with a sign.
  case int32 = 5
  /// An IEEE 754 number of 32 bits.
  case float32 = 6
  /// One byte, 0 or 1.
  case bool = 7
  /// A length of 64 bits, and as many bytes of UTF-8.
  case string = 8
  /// A type, a length of 64 bits, and as many values.
  case array = 9
  /// 64 bits, without a sign.
  case uint64 = 10
  /// 64 bits, with a sign.
  case int64 = 11
  /// An IEEE 754 number of 64 bits.
  case float64 = 12

  /// Bytes of one value; `nil` where that varies.
  var width: Int? {
    switch self {
    case .uint8, .int8, .bool: 1
    case .uint16, .int16: 2
    case .uint32, .int32, .float32: 4
    case .uint64, .int64, .float64: 8
    case .string, .array: nil
    }
  }

  /// What a message calls it.
  var spokenName: String {
    switch self {
    case .uint8, .uint16, .uint32, .uint64: "an unsigned \((width ?? 0) * 8)-bit integer"
    case .int8, .int16, .int32, .int64: "a signed \((width ?? 0) * 8)-bit integer"
    case .float32, .float64: "a \((width ?? 0) * 8)-bit float"
    case .bool: "a truth value"
    case .string: "a string"
    case .array: "an array"
    }
  }
}

/// One metadata value.
public enum GGUFValue: Sendable {
  /// An integer, a float or a truth value (0 or 1): its type, and its value as far as a double holds it.
  case number(GGUFValueType, Double)
  /// A string.
  case string(String)
  /// An array of numbers or truth values.
  case numbers(GGUFNumbers)
  /// An array of strings.
  case strings(GGUFStrings)

  /// What a message calls it.
  var spokenName: String {
    switch self {
    case .number(let type, _): type.spokenName
    case .string: GGUFValueType.string.spokenName
    case .numbers(let numbers): "an array of \(grouped(numbers.count)) numbers"
    case .strings(let strings): "an array of \(grouped(strings.count)) strings"
    }
  }
}

/// An array of numbers as it is in the file.
public struct GGUFNumbers: Sendable {
  /// The elements' type; neither string nor array.
  public let type: GGUFValueType
  /// The elements, little-endian, one after another.
  let bytes: [UInt8]

  /// How many there are.
  public var count: Int { bytes.count / (type.width ?? 1) }

  /// All elements, as far as doubles hold them.
  public var values: [Double] {
    let width = type.width ?? 1
    return (0..<count).map { decodedNumber(type, bytes, at: $0 * width) }
  }
}

/// An array of strings as it is in the file: bytes, not yet known to be UTF-8.
public struct GGUFStrings: Sendable {
  /// The strings' bytes, one after another.
  let bytes: [UInt8]
  /// Where each string ends in `bytes`.
  let ends: [Int]

  /// How many there are.
  public var count: Int { ends.count }

  /// One string's place in `bytes`; `index` must be below `count`.
  func range(of index: Int) -> Range<Int> { (index == 0 ? 0 : ends[index - 1])..<ends[index] }
}

/// A little-endian number at an offset, zero where the bytes do not reach.
func decodedNumber(_ type: GGUFValueType, _ bytes: [UInt8], at offset: Int) -> Double {
  var bits: UInt64 = 0
  let width = type.width ?? 0
  guard offset >= 0, width <= bytes.count, offset <= bytes.count - width else { return 0 }
  for index in (0..<width).reversed() { bits = bits << 8 | UInt64(bytes[offset + index]) }
  switch type {
  case .uint8, .uint16, .uint32, .uint64: return Double(bits)
  case .int8: return Double(Int8(truncatingIfNeeded: bits))
  case .int16: return Double(Int16(truncatingIfNeeded: bits))
  case .int32: return Double(Int32(truncatingIfNeeded: bits))
  case .int64: return Double(Int64(truncatingIfNeeded: bits))
  case .float32: return Double(Float(bitPattern: UInt32(truncatingIfNeeded: bits)))
  case .float64: return Double(bitPattern: bits)
  case .bool: return bits == 0 ? 0 : 1
  case .string, .array: return 0
  }
}

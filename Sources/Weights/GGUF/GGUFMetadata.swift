import TextOutput

/// A header's metadata: values by key, with look-ups that require the type that llama.cpp requires.
///
/// llama.cpp compares types exactly: a text model's value of another type is an error, a projector's aborts the process
/// (`gguf_get_val_u32` asserts). So each look-up here names one type.
public struct GGUFMetadata: Sendable {
  let path: String
  private var values: [String: GGUFValue]
  /// Where the byte of each truth value is in the file, by its key.
  private(set) var flagOffsets: [String: Int] = [:]

  /// Reads `count` entries.
  init(count: Int, from reader: inout GGUFHeaderReader) throws(WeightsFault) {
    path = reader.file.path
    values = [:]
    values.reserveCapacity(count)
    for index in 0..<count {
      let number = "metadata entry \(index + 1) of \(count)"
      let key = try reader.string(limit: GGUFLimits.keyBytes, "the key of \(number)")
      guard !key.isEmpty else { throw reader.fault("the key of \(number) is empty") }
      let value = try reader.value(of: key)
      if case .number(.bool, _) = value { flagOffsets[key] = reader.offset - 1 }
      guard values.updateValue(value, forKey: key) == nil else {
        throw reader.fault("the key \(quoted(key)) occurs twice")
      }
    }
  }

  /// The value of a key.
  public subscript(key: String) -> GGUFValue? { values[key] }

  /// A key's numbers, a single one as an array of one; `nil` where there are none.
  public func numbers(_ key: String) -> [Double]? {
    switch values[key] {
    case .number(let type, let number) where type != .bool: [number]
    case .numbers(let numbers) where numbers.type != .bool: numbers.values
    default: nil
    }
  }

  /// A key's string; `nil` where there is none.
  public func string(_ key: String) -> String? {
    if case .string(let text)? = values[key] { text } else { nil }
  }

  /// Discards arrays with more than `limit` elements, once they are checked.
  mutating func dropArrays(longerThan limit: Int) {
    values = values.filter { _, value in
      switch value {
      case .numbers(let numbers): numbers.count <= limit
      case .strings(let strings): strings.count <= limit
      default: true
      }
    }
  }

  func fault(_ reason: String) -> WeightsFault { WeightsFault(path: path, reason: reason) }

  /// The alignment of the tensors' data in bytes.
  func alignment() throws(WeightsFault) -> Int {
    guard let alignment = try number("general.alignment", .uint32) else { return GGUFLimits.usualAlignment }
    let whole = Int(alignment)
    guard whole > 0, whole & (whole - 1) == 0, GGUFLimits.alignment.contains(whole) else {
      throw fault(
        "general.alignment is \(grouped(whole)); a power of two from \(GGUFLimits.alignment.lowerBound) to "
          + "\(grouped(GGUFLimits.alignment.upperBound)) is needed")
    }
    return whole
  }

  /// A single number of exactly this type, `nil` where the key is absent.
  func number(_ key: String, _ type: GGUFValueType) throws(WeightsFault) -> Double? {
    guard let value = values[key] else { return nil }
    guard case .number(type, let number) = value else {
      throw fault("\(key) is \(value.spokenName); \(type.spokenName) is needed")
    }
    return number
  }

  /// An unsigned 32-bit number within bounds, `nil` where the key is absent.
  func whole(_ key: String, in bounds: ClosedRange<Int>) throws(WeightsFault) -> Int? {
    guard let number = try number(key, .uint32) else { return nil }
    let whole = Int(number)
    guard bounds.contains(whole) else {
      throw fault(
        "\(key) is \(grouped(whole)); it must be from \(grouped(bounds.lowerBound)) to \(grouped(bounds.upperBound))")
    }
    return whole
  }

  /// An unsigned 32-bit number within bounds that must be there.
  func neededWhole(_ key: String, in bounds: ClosedRange<Int>) throws(WeightsFault) -> Int {
    guard let whole = try whole(key, in: bounds) else { throw fault("\(key) is missing") }
    return whole
  }

  /// A finite 32-bit float within bounds, `nil` where the key is absent.
  func real(_ key: String, in bounds: ClosedRange<Double>) throws(WeightsFault) -> Double? {
    guard let number = try number(key, .float32) else { return nil }
    guard bounds.contains(number) else {
      throw fault("\(key) is \(number); it must be from \(bounds.lowerBound) to \(bounds.upperBound)")
    }
    return number
  }

  /// A truth value, `nil` where the key is absent.
  func flag(_ key: String) throws(WeightsFault) -> Bool? { try number(key, .bool).map { $0 != 0 } }

  /// A string, `nil` where the key is absent.
  func text(_ key: String) throws(WeightsFault) -> String? {
    guard let value = values[key] else { return nil }
    guard case .string(let text) = value else { throw fault("\(key) is \(value.spokenName); a string is needed") }
    return text
  }

  /// An array of numbers of exactly this type, `nil` where the key is absent.
  func array(_ key: String, of type: GGUFValueType) throws(WeightsFault) -> GGUFNumbers? {
    guard let value = values[key] else { return nil }
    guard case .numbers(let numbers) = value, numbers.type == type else {
      throw fault("\(key) is \(value.spokenName); an array is needed, each \(type.spokenName)")
    }
    return numbers
  }
}

extension GGUFHeaderReader {
  /// The value that follows a key: its type, then itself.
  fileprivate mutating func value(of key: String) throws(WeightsFault) -> GGUFValue {
    let type = try valueType(of: key)
    switch type {
    case .string: return .string(try string(limit: GGUFLimits.stringBytes, "the value of \(quoted(key))"))
    case .array: return try array(of: key)
    default:
      let bytes = try bytes(type.width ?? 0, "the value of \(quoted(key))")
      return .number(type, decodedNumber(type, Array(bytes), at: 0))
    }
  }

  private mutating func valueType(of key: String) throws(WeightsFault) -> GGUFValueType {
    let number = try uint32("the type of \(quoted(key))")
    guard let type = GGUFValueType(rawValue: number) else {
      throw fault("\(quoted(key)) has the unknown value type \(grouped(number))")
    }
    return type
  }

  private mutating func array(of key: String) throws(WeightsFault) -> GGUFValue {
    let type = try valueType(of: key)
    guard type != .array else { throw fault("\(quoted(key)) is an array of arrays, which llama.cpp does not read") }
    let claimed = try uint64("the length of \(quoted(key))")
    // An empty string still takes the eight bytes of its length.
    guard claimed <= UInt64(remaining / (type.width ?? 8)) else {
      throw fault(
        "\(quoted(key)) claims \(grouped(claimed)) elements, more than the file's last "
          + "\(grouped(remaining)) bytes can hold"
      )
    }
    guard claimed <= UInt64(GGUFLimits.arrayElements) else {
      throw fault(
        "\(quoted(key)) has \(grouped(claimed)) elements; at most \(grouped(GGUFLimits.arrayElements)) are accepted")
    }
    let count = Int(claimed)
    if let width = type.width {
      return .numbers(GGUFNumbers(type: type, bytes: Array(try bytes(count * width, "the array \(quoted(key))"))))
    }
    var bytes: [UInt8] = []
    var ends: [Int] = []
    ends.reserveCapacity(count)
    for _ in 0..<count {
      bytes.append(
        contentsOf: try stringBytes(
          limit: GGUFLimits.stringBytes, "element \(grouped(ends.count + 1)) of \(quoted(key))"))
      ends.append(bytes.count)
    }
    return .strings(GGUFStrings(bytes: bytes, ends: ends))
  }
}

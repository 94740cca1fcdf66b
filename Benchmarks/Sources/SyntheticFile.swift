import Foundation

/// A GGUF file whose tensors are noise, written piece by piece.
struct SyntheticFile {
  /// What a tensor holds, with ggml's number for its type.
  enum Kind {
    case ones, zeros, f32, f16, q8

    var type: UInt32 {
      switch self {
      case .ones, .zeros, .f32: 0
      case .f16: 1
      case .q8: 8
      }
    }

    func bytes(for count: Int) -> Int {
      switch self {
      case .ones, .zeros, .f32: count * 4
      case .f16: count * 2
      case .q8: count / 32 * 34
      }
    }
  }

  private var entries: [Data]
  private var tensors: [(name: String, shape: [Int], kind: Kind)] = []
  private static let alignment = 32

  init(architecture: String, rawEntries: [Data]) {
    entries = rawEntries
    add("general.architecture", architecture)
  }

  mutating func add(_ key: String, _ value: String) { entry(key, 8, Self.string(value)) }
  mutating func add(_ key: String, _ value: UInt32) { entry(key, 4, Self.little(value)) }
  mutating func add(_ key: String, _ value: Float) { entry(key, 6, Self.little(value.bitPattern)) }
  mutating func add(_ key: String, _ value: Bool) { entry(key, 7, Data([value ? 1 : 0])) }
  mutating func add(_ key: String, _ values: [Float]) {
    let numbers = values.map { Self.little($0.bitPattern) }.reduce(Data(), +)
    entry(key, 9, Self.little(UInt32(6)) + Self.little(UInt64(values.count)) + numbers)
  }
  mutating func add(_ name: String, _ shape: [Int], _ kind: Kind) { tensors.append((name, shape, kind)) }

  private mutating func entry(_ key: String, _ type: UInt32, _ value: Data) {
    entries.append(Self.string(key) + Self.little(type) + value)
  }

  func write(to url: URL) throws {
    try Data().write(to: url)
    let file = try FileHandle(forWritingTo: url)
    var header = Data("GGUF".utf8) + Self.little(UInt32(3))
    header += Self.little(UInt64(tensors.count)) + Self.little(UInt64(entries.count))
    for entry in entries { header += entry }
    var offset = 0
    for tensor in tensors {
      header += Self.string(tensor.name) + Self.little(UInt32(tensor.shape.count))
      for length in tensor.shape { header += Self.little(UInt64(length)) }
      header += Self.little(tensor.kind.type) + Self.little(UInt64(offset))
      offset += Self.padded(tensor.kind.bytes(for: tensor.shape.reduce(1, *)))
    }
    header += Data(count: Self.padded(header.count) - header.count)
    try file.write(contentsOf: header)
    for tensor in tensors {
      var left = tensor.kind.bytes(for: tensor.shape.reduce(1, *))
      let padding = Self.padded(left) - left
      let piece = Self.piece(of: tensor.kind)
      while left > 0 {
        try file.write(contentsOf: piece.prefix(left))
        left -= min(left, piece.count)
      }
      try file.write(contentsOf: Data(count: padding))
    }
    try file.close()
  }

  /// Some two mebibytes of a kind, in whole blocks, that are written again and again.
  private static func piece(of kind: Kind) -> Data {
    var state: UInt64 = 7
    func next() -> UInt64 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return state >> 33
    }
    /// Between -0.03 and 0.03.
    func small() -> Float { (Float(next() & 0xffff) / 65_536 - 0.5) * 0.06 }
    var bytes: [UInt8] = []
    switch kind {
    case .zeros: bytes = [UInt8](repeating: 0, count: 1 << 16)
    case .ones: for _ in 0..<(1 << 14) { bytes += little(Float(1).bitPattern) }
    case .f32: for _ in 0..<(1 << 18) { bytes += little(small().bitPattern) }
    case .f16: for _ in 0..<(1 << 19) { bytes += little(half(small())) }
    case .q8:
      for _ in 0..<(1 << 16) {
        bytes += little(half(0.00027))
        for _ in 0..<32 { bytes.append(UInt8(truncatingIfNeeded: next())) }
      }
    }
    return Data(bytes)
  }

  /// The 16-bit float next to a small number, towards zero; what is below the normal ones becomes zero.
  private static func half(_ value: Float) -> UInt16 {
    let bits = value.bitPattern
    let exponent = Int(bits >> 23 & 0xff) - 112
    let sign = UInt16(bits >> 16 & 0x8000)
    return exponent <= 0 ? sign : sign | UInt16(exponent) << 10 | UInt16(bits >> 13 & 0x3ff)
  }

  private static func padded(_ count: Int) -> Int { (count + alignment - 1) / alignment * alignment }
  private static func string(_ text: String) -> Data { little(UInt64(text.utf8.count)) + Data(text.utf8) }
  private static func little<Number: FixedWidthInteger>(_ number: Number) -> Data {
    withUnsafeBytes(of: number.littleEndian) { Data($0) }
  }
}

/// Metadata entries of a file that one has, as they lie there.
enum GGUFEntries {
  struct Unreadable: Error {}

  /// The entries whose keys begin with a prefix, key, type and value in bytes.
  static func raw(of file: Data, prefix: String) throws -> [Data] {
    var place = 16
    func number<Number: FixedWidthInteger>(_ type: Number.Type) throws -> Number {
      let size = MemoryLayout<Number>.size
      guard place >= 0, place + size <= file.count else { throw Unreadable() }
      defer { place += size }
      return file[place..<place + size].reversed().reduce(0) { $0 << 8 | Number(truncatingIfNeeded: $1) }
    }
    func skip(_ type: UInt32) throws {
      switch type {
      case 0, 1, 7: place += 1
      case 2, 3: place += 2
      case 4, 5, 6: place += 4
      case 10, 11, 12: place += 8
      case 8: place += Int(clamping: try number(UInt64.self))
      case 9:
        let (kind, count) = (try number(UInt32.self), try number(UInt64.self))
        for _ in 0..<count { try skip(kind) }
      default: throw Unreadable()
      }
      guard place <= file.count else { throw Unreadable() }
    }
    let count = try number(UInt64.self)
    var entries: [Data] = []
    for _ in 0..<count {
      let start = place
      let length = Int(clamping: try number(UInt64.self))
      let key = file[place..<min(file.count, place + length)]
      place += length
      try skip(try number(UInt32.self))
      if key.starts(with: prefix.utf8) { entries.append(Data(file[start..<place])) }
    }
    return entries
  }
}

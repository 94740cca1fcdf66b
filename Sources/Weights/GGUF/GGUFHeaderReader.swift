import TextOutput

/// Reads a header from its first byte to its last, and never past the file's end or the header's limit.
struct GGUFHeaderReader {
  let file: WeightsFile
  /// Bytes read at a time.
  private static let bufferSize = 1 << 20
  private var buffer: [UInt8] = []
  private var position = 0
  private var bufferOffset = 0

  /// The offset of the next byte, from the file's start.
  var offset: Int { bufferOffset + position }
  /// Bytes from here to the file's end.
  var remaining: Int { file.size - offset }

  init(file: WeightsFile) { self.file = file }

  func fault(_ reason: String) -> WeightsFault { WeightsFault(path: file.path, reason: reason) }

  /// Makes sure that `count` bytes are at hand.
  private mutating func have(_ count: Int, _ what: @autoclosure () -> String) throws(WeightsFault) {
    if count <= buffer.count - position { return }
    guard count <= remaining else {
      throw fault("ends after \(grouped(file.size)) bytes, inside \(what())")
    }
    guard offset + count <= GGUFLimits.headerBytes else {
      throw fault("its header is larger than \(grouped(GGUFLimits.headerBytes)) bytes (at \(what()))")
    }
    let start = offset
    buffer = try file.bytes(at: start, count: max(count, min(Self.bufferSize, remaining)))
    bufferOffset = start
    position = 0
  }

  mutating func uint32(_ what: @autoclosure () -> String) throws(WeightsFault) -> UInt32 {
    try have(4, what())
    defer { position += 4 }
    return UInt32(littleEndian: load(UInt32.self))
  }

  mutating func uint64(_ what: @autoclosure () -> String) throws(WeightsFault) -> UInt64 {
    try have(8, what())
    defer { position += 8 }
    return UInt64(littleEndian: load(UInt64.self))
  }

  /// Loads an integer at the position, whose bytes `have` has made sure of.
  private func load<Number: FixedWidthInteger & BitwiseCopyable>(_ type: Number.Type) -> Number {
    buffer.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: position, as: Number.self) }
  }

  mutating func bytes(_ count: Int, _ what: @autoclosure () -> String) throws(WeightsFault) -> ArraySlice<UInt8> {
    try have(count, what())
    defer { position += count }
    return buffer[position..<position + count]
  }

  /// A string's bytes: its length, checked against the file and a limit, then as many bytes.
  mutating func stringBytes(
    limit: Int, _ what: @autoclosure () -> String
  ) throws(WeightsFault) -> ArraySlice<UInt8> {
    let length = try uint64(what())
    guard length <= UInt64(remaining) else {
      throw fault(
        "\(what()) claims \(grouped(length)) bytes, but the file ends \(grouped(remaining)) bytes later")
    }
    guard length <= UInt64(limit) else {
      throw fault("\(what()) is \(grouped(length)) bytes long; at most \(grouped(limit)) are accepted")
    }
    return try bytes(Int(length), what())
  }

  /// A string: UTF-8 and without the zero byte, at which llama.cpp would cut it and see another name.
  mutating func string(limit: Int, _ what: @autoclosure () -> String) throws(WeightsFault) -> String {
    let bytes = try stringBytes(limit: limit, what())
    guard let text = String(validating: bytes, as: UTF8.self), !bytes.contains(0) else {
      throw fault("\(what()) is not UTF-8 text")
    }
    return text
  }
}

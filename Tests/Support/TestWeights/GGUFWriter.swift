import Foundation

/// Writes GGUF files for tests: good ones, and ones that lie wherever a test wants them to.
package struct GGUFWriter {
  /// A metadata value: its type's number and its bytes.
  package struct Value {
    package var type: UInt32
    package var bytes: [UInt8]

    package init(type: UInt32, bytes: [UInt8]) { (self.type, self.bytes) = (type, bytes) }

    package static func u8(_ value: UInt8) -> Value { Value(type: 0, bytes: [value]) }
    package static func u16(_ value: UInt16) -> Value { Value(type: 2, bytes: littleEndian(value)) }
    package static func u32(_ value: UInt32) -> Value { Value(type: 4, bytes: littleEndian(value)) }
    package static func i32(_ value: Int32) -> Value { Value(type: 5, bytes: littleEndian(value)) }
    package static func f32(_ value: Float) -> Value { Value(type: 6, bytes: littleEndian(value.bitPattern)) }
    package static func bool(_ value: Bool) -> Value { Value(type: 7, bytes: [value ? 1 : 0]) }
    package static func u64(_ value: UInt64) -> Value { Value(type: 10, bytes: littleEndian(value)) }
    package static func i64(_ value: Int64) -> Value { Value(type: 11, bytes: littleEndian(value)) }
    package static func f64(_ value: Double) -> Value { Value(type: 12, bytes: littleEndian(value.bitPattern)) }
    package static func string(_ text: String) -> Value { Value(type: 8, bytes: lengthThenBytes(Array(text.utf8))) }

    /// An array whose length may be a lie.
    package static func array(_ type: UInt32, count: Int, _ bytes: [UInt8]) -> Value {
      Value(type: 9, bytes: littleEndian(type) + littleEndian(UInt64(bitPattern: Int64(count))) + bytes)
    }
    package static func floats(_ values: [Float]) -> Value {
      array(6, count: values.count, values.flatMap { littleEndian($0.bitPattern) })
    }
    package static func integers(_ values: [Int32]) -> Value {
      array(5, count: values.count, values.flatMap { littleEndian($0) })
    }
    package static func flags(_ values: [Bool]) -> Value { array(7, count: values.count, values.map { $0 ? 1 : 0 }) }
    package static func strings(_ texts: [[UInt8]]) -> Value {
      array(8, count: texts.count, texts.flatMap(lengthThenBytes))
    }
  }

  /// A tensor; its shape's first dimension varies fastest.
  package struct Tensor {
    package var name: [UInt8]
    package var shape: [UInt64]
    package var type: UInt32
    package var data: [UInt8]
    /// The offset to claim instead of the true one.
    package var claimedOffset: UInt64?
    /// The number of dimensions to claim instead of the true one.
    package var claimedDimensions: UInt32?
  }

  package var magic = Array("GGUF".utf8)
  package var version: UInt32 = 3
  package var entries: [(key: [UInt8], value: Value)] = []
  package var tensors: [Tensor] = []
  /// Counts to claim instead of the true ones.
  package var claimedEntries: UInt64?
  package var claimedTensors: UInt64?
  /// The alignment to lay data out by.
  package var alignment = 32

  package init() {}

  /// What says that a projector hears.
  package static let soundKey = "clip.has_audio_encoder"

  /// A value by its key; setting `nil` removes it, and a new key goes last.
  package subscript(key: String) -> Value? {
    get { entries.first { $0.key == Array(key.utf8) }?.value }
    set {
      let bytes = Array(key.utf8)
      let index = entries.firstIndex { $0.key == bytes }
      switch (index, newValue) {
      case (let index?, let value?): entries[index].value = value
      case (let index?, nil): entries.remove(at: index)
      case (nil, let value?): entries.append((bytes, value))
      case (nil, nil): break
      }
    }
  }

  /// Changes the tensor of a name.
  package mutating func change(_ name: String, _ change: (inout Tensor) -> Void) {
    if let index = tensors.firstIndex(where: { $0.name == Array(name.utf8) }) { change(&tensors[index]) }
  }

  /// Takes the tensors of a name out.
  package mutating func remove(_ name: String) { tensors.removeAll { $0.name == Array(name.utf8) } }

  /// The header, up to but without the padding before the tensors' data.
  package var header: [UInt8] {
    var bytes = magic + littleEndian(version)
    bytes += littleEndian(claimedTensors ?? UInt64(tensors.count))
    bytes += littleEndian(claimedEntries ?? UInt64(entries.count))
    for entry in entries { bytes += lengthThenBytes(entry.key) + littleEndian(entry.value.type) + entry.value.bytes }
    var offset = 0
    for tensor in tensors {
      bytes += lengthThenBytes(tensor.name)
      bytes += littleEndian(tensor.claimedDimensions ?? UInt32(tensor.shape.count))
      for length in tensor.shape { bytes += littleEndian(length) }
      bytes += littleEndian(tensor.type) + littleEndian(tensor.claimedOffset ?? UInt64(offset))
      offset += padded(tensor.data.count)
    }
    return bytes
  }

  /// The whole file.
  package var file: [UInt8] {
    var bytes = header
    for tensor in tensors {
      bytes += [UInt8](repeating: 0, count: padded(bytes.count) - bytes.count)
      bytes += tensor.data
    }
    return bytes
  }

  private func padded(_ count: Int) -> Int { (count + alignment - 1) / alignment * alignment }
}

/// A number's bytes, the least significant first.
package func littleEndian<Number: FixedWidthInteger>(_ number: Number) -> [UInt8] {
  withUnsafeBytes(of: number.littleEndian) { Array($0) }
}

/// A string as GGUF has it.
package func lengthThenBytes(_ bytes: [UInt8]) -> [UInt8] { littleEndian(UInt64(bytes.count)) + bytes }

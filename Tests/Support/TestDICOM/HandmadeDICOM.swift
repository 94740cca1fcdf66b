import CZlib

/// DICOM files made byte by byte, right ones and ones that lie.
package struct HandmadeDICOM {
  package static let explicit = "1.2.840.10008.1.2.1"
  package static let implicit = "1.2.840.10008.1.2"
  package static let deflated = "1.2.840.10008.1.2.1.99"
  package static let runLengths = "1.2.840.10008.1.2.5"
  package static let jpeg = "1.2.840.10008.1.2.4.50"
  package static let losslessJPEG = "1.2.840.10008.1.2.4.70"
  package static let jpegLS = "1.2.840.10008.1.2.4.80"
  package static let jpeg2000 = "1.2.840.10008.1.2.4.90"
  package static let dermoscopy = "1.2.840.10008.5.1.4.1.1.77.1.7"

  package var syntax = HandmadeDICOM.explicit
  /// Type and value of each element; a value with `nil` for its length is given whole, with its header's length undefined.
  package var elements: [UInt32: (type: String, value: [UInt8], isUndefined: Bool)] = [:]

  /// An empty file.
  package init() {}

  /// 8 × 8 pixels of 8-bit RGB: red 0, 4, 8 and so on, green 1, blue 2.
  package static var rgb: HandmadeDICOM {
    var file = HandmadeDICOM()
    file.put(0x0008_0016, "UI", dermoscopy)
    file.describe(photometric: "RGB", samples: 3)
    file.put(0x7FE0_0010, "OB", (0..<64).flatMap { [UInt8($0 * 4), 1, 2] })
    return file
  }

  /// 8 × 8 pixels of grey: 0, 4, 8 and so on.
  package static var grey: HandmadeDICOM {
    var file = HandmadeDICOM()
    file.put(0x0008_0016, "UI", dermoscopy)
    file.describe(photometric: "MONOCHROME2", samples: 1)
    file.put(0x7FE0_0010, "OB", (0..<64).map { UInt8($0 * 4) })
    return file
  }

  package mutating func describe(photometric: String, samples: Int, bits: Int = 8, side: Int = 8) {
    put(0x0028_0002, number: samples)
    put(0x0028_0004, "CS", photometric)
    if samples == 3 { put(0x0028_0006, number: 0) }
    put(0x0028_0010, number: side)
    put(0x0028_0011, number: side)
    put(0x0028_0100, number: bits > 8 ? 16 : 8)
    put(0x0028_0101, number: bits)
    put(0x0028_0102, number: bits - 1)
    put(0x0028_0103, number: 0)
  }

  package mutating func put(_ tag: UInt32, _ type: String, _ value: [UInt8], isUndefined: Bool = false) {
    elements[tag] = (type, value.count.isMultiple(of: 2) ? value : value + [type == "UI" ? 0 : 32], isUndefined)
  }

  package mutating func put(_ tag: UInt32, _ type: String, _ text: String) { put(tag, type, Array(text.utf8)) }

  package mutating func put(_ tag: UInt32, number: Int) { put(tag, "US", Self.bytes(number, 2)) }

  /// Encapsulated pixels: the offset table, then the fragments.
  package mutating func put(table: [Int] = [], fragments: [[UInt8]]) {
    var value = Self.item(table.flatMap { Self.bytes($0, 4) })
    for fragment in fragments { value += Self.item(fragment.count.isMultiple(of: 2) ? fragment : fragment + [0]) }
    put(0x7FE0_0010, "OB", value + Self.tag(0xFFFE_E0DD) + [0, 0, 0, 0], isUndefined: true)
  }

  package func bytes(hasPreamble: Bool = true, hasMeta: Bool = true) -> [UInt8] {
    var file = hasPreamble ? [UInt8](repeating: 0, count: 128) + Array("DICM".utf8) : []
    if hasMeta {
      let uid = Array(syntax.utf8) + (syntax.utf8.count.isMultiple(of: 2) ? [] : [0])
      let meta = Self.element(0x0002_0010, "UI", uid, isUndefined: false, isExplicit: true)
      file += Self.element(0x0002_0000, "UL", Self.bytes(meta.count, 4), isUndefined: false, isExplicit: true) + meta
    }
    return file + (syntax == Self.deflated ? Self.deflate(dataSet) : dataSet)
  }

  package var dataSet: [UInt8] {
    elements.sorted { $0.key < $1.key }.flatMap { tag, element in
      Self.element(
        tag, element.type, element.value, isUndefined: element.isUndefined, isExplicit: syntax != Self.implicit)
    }
  }

  package static func element(
    _ number: UInt32, _ type: String, _ value: [UInt8], isUndefined: Bool = false, isExplicit: Bool = true
  ) -> [UInt8] {
    let length = isUndefined ? [UInt8](repeating: 255, count: 4) : bytes(value.count, 4)
    guard isExplicit else { return tag(number) + length + value }
    let isLong = ["OB", "OW", "OV", "SQ", "UN", "UT", "UC", "UR"].contains(type)
    return tag(number) + Array(type.utf8) + (isLong ? [0, 0] + length : Array(length.prefix(2))) + value
  }

  package static func item(_ value: [UInt8]) -> [UInt8] { tag(0xFFFE_E000) + bytes(value.count, 4) + value }

  package static func tag(_ number: UInt32) -> [UInt8] {
    bytes(Int(number >> 16), 2) + bytes(Int(number & 0xFFFF), 2)
  }

  package static func bytes(_ number: Int, _ count: Int) -> [UInt8] {
    (0..<count).map { UInt8(truncatingIfNeeded: number >> ($0 * 8)) }
  }

  private static func deflate(_ bytes: [UInt8]) -> [UInt8] {
    var stream = z_stream()
    deflateInit2_(
      &stream, 6, Z_DEFLATED, -MAX_WBITS, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
    defer { deflateEnd(&stream) }
    var input = bytes
    var output = [UInt8](repeating: 0, count: bytes.count + 1_024)
    let made = input.withUnsafeMutableBufferPointer { source in
      output.withUnsafeMutableBufferPointer { target in
        (stream.next_in, stream.avail_in) = (source.baseAddress, UInt32(source.count))
        (stream.next_out, stream.avail_out) = (target.baseAddress, UInt32(target.count))
        CZlib.deflate(&stream, Z_FINISH)
        return target.count - Int(stream.avail_out)
      }
    }
    return Array(output.prefix(made))
  }
}

/// A small generator of random numbers that gives the same ones everywhere (SplitMix64).
package struct DICOMRandom: RandomNumberGenerator {
  private var state: UInt64

  /// A generator that gives the numbers of a state.
  package init(state: UInt64) { self.state = state }

  package mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = (state ^ (state >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}

import Foundation

/// A data set that is being written: explicit types, little endian (PS3.5, 7.1.2).
struct DICOMElements {
  private var values: [UInt32: (type: String, bytes: [UInt8])] = [:]
  /// Whether a text has characters beyond ASCII, here or in a sequence.
  private(set) var needsUnicode = false

  init() {}

  /// A text; UIDs are padded with a zero, all else with a space. Nothing for `nil`.
  mutating func put(_ tag: UInt32, _ type: String, _ text: String?) {
    guard let text else { return }
    if text.utf8.contains(where: { $0 >= 0x80 }) { needsUnicode = true }
    put(tag, type, bytes: Array(text.utf8))
  }

  /// A value's bytes, padded to an even number.
  mutating func put(_ tag: UInt32, _ type: String, bytes: [UInt8]) {
    let padding: UInt8 = type == "UI" || type == "OB" || type == "UN" ? 0 : 0x20
    values[tag] = (type, bytes.count.isMultiple(of: 2) ? bytes : bytes + [padding])
  }

  /// A sequence, each of whose items has its length.
  mutating func put(_ tag: UInt32, _ items: [DICOMElements]) {
    var bytes: [UInt8] = []
    for item in items {
      if item.needsUnicode { needsUnicode = true }
      let content = item.encoded
      bytes += [0xFE, 0xFF, 0x00, 0xE0]
      bytes += Self.number(content.count, 4) + content
    }
    values[tag] = ("SQ", bytes)
  }

  /// The bytes, in the order of the tags.
  var encoded: [UInt8] {
    var bytes: [UInt8] = []
    for (tag, value) in values.sorted(by: { $0.key < $1.key }) {
      bytes += Self.number(Int(tag >> 16), 2)
      bytes += Self.number(Int(tag & 0xFFFF), 2)
      bytes += Array(value.type.utf8)
      if ["SQ", "UT", "OB", "UN"].contains(value.type) {
        bytes += [0, 0] + Self.number(value.bytes.count, 4)
      } else {
        bytes += Self.number(value.bytes.count, 2)
      }
      bytes += value.bytes
    }
    return bytes
  }

  /// A whole file (PS3.10, 7.1): preamble, file meta information, data set.
  static func file(of set: DICOMElements, class storage: String, instance: String) -> [UInt8] {
    var meta = DICOMElements()
    meta.put(0x0002_0001, "OB", bytes: [0, 1])
    meta.put(0x0002_0002, "UI", storage)
    meta.put(0x0002_0003, "UI", instance)
    meta.put(0x0002_0010, "UI", "1.2.840.10008.1.2.1")
    meta.put(0x0002_0012, "UI", ReportIdentity.uid(of: "DermGemma's writer of DICOM files"))
    meta.put(0x0002_0013, "SH", "DERMGEMMA")
    let content = meta.encoded
    var bytes = [UInt8](repeating: 0, count: 128)
    bytes += Array("DICM".utf8)
    bytes += [0x02, 0, 0, 0] + Array("UL".utf8)
    bytes += number(4, 2) + number(content.count, 4)
    return bytes + content + set.encoded
  }

  private static func number(_ value: Int, _ bytes: Int) -> [UInt8] {
    (0..<bytes).map { UInt8(truncatingIfNeeded: value >> ($0 * 8)) }
  }
}

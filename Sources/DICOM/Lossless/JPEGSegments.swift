/// The marker segments of a JPEG or JPEG-LS picture (ITU-T T.81, annex B; T.87, annex C), read strictly: between a segment
/// and the next marker there may be fill bytes and nothing else.
struct JPEGSegments {
  /// A marker and what its segment holds after its length.
  struct Segment {
    let marker: UInt8
    let content: Range<Int>
  }

  let bytes: [UInt8]
  /// Where the next marker is looked for; after a scan's header, where its bits begin.
  var offset = 2

  init(_ bytes: [UInt8]) throws(DICOMFault) {
    guard bytes.starts(with: [0xFF, 0xD8]) else { throw .damaged("its compressed picture is not a JPEG") }
    self.bytes = bytes
    guard bytes.indices.dropLast().contains(where: { bytes[$0] == 0xFF && bytes[$0 + 1] == 0xD9 }) else { throw ended }
  }

  /// The next segment; `nil` at the end marker.
  ///
  /// - Throws: `DICOMFault` when there is no whole one.
  mutating func next() throws(DICOMFault) -> Segment? {
    guard offset < bytes.count else { throw ended }
    guard bytes[offset] == 0xFF else { throw .damaged("its JPEG has no marker at byte \(offset)") }
    while offset < bytes.count, bytes[offset] == 0xFF { offset += 1 }
    guard offset < bytes.count else { throw ended }
    let marker = bytes[offset]
    offset += 1
    guard marker != 0xD9 else { return nil }
    guard ![0x00, 0x01, 0xD8].contains(marker), !(0xD0...0xD7).contains(marker) else {
      throw .damaged("its JPEG has a marker at byte \(offset - 2) that has no place there")
    }
    guard let length = u16(at: offset), offset + length <= bytes.count else { throw ended }
    guard length >= 2 else { throw .damaged("its JPEG has a segment of length \(length) at byte \(offset)") }
    let content = offset + 2..<offset + length
    offset = content.upperBound
    return Segment(marker: marker, content: content)
  }

  /// A big-endian number.
  func u16(at offset: Int) -> Int? {
    guard offset >= 0, offset <= bytes.count - 2 else { return nil }
    return Int(bytes[offset]) << 8 | Int(bytes[offset + 1])
  }

  private var ended: DICOMFault { .endsEarly("its JPEG stops after \(bytes.count) bytes, before its end marker") }
}

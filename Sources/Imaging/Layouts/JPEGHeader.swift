import TextOutput

/// A JPEG's segments up to its first scan (ITU-T T.81, annex B), found as libjpeg finds them.
///
/// Between segments libjpeg skips everything that is not a marker, and so does this: stray and fill bytes there affect
/// no pixel. Segments that affect pixels (tables, frame, scans) are left to libjpeg.
struct JPEGHeader {
  struct Segment {
    let marker: UInt8
    /// From the marker's `FF` to the segment's end.
    let range: Range<Int>
  }

  /// The complete ones, in the file's order; application and comment segments that are too short are left out.
  private(set) var segments: [Segment] = []
  /// Where the first scan's marker is.
  private(set) var scanOffset = 0
  private(set) var width = 0
  private(set) var height = 0
  private(set) var components = 0
  private(set) var frame: UInt8 = 0

  private let data: ByteReader

  init(_ data: ByteReader) throws(FormatFault) {
    self.data = data
    var offset = 2
    while true {
      offset = try nextMarker(from: offset)
      let marker = data.bytes[offset + 1]
      switch marker {
      case 0x01, 0xD0...0xD7:  // markers without a segment
        offset += 2
        continue
      case 0xD8: throw .damaged("a second picture begins in its header, at byte \(grouped(offset))")
      case 0xD9: throw .endsEarly("its end marker comes before any picture")
      default: break
      }
      guard let length = data.u16(at: offset + 2, bigEndian: true) else { throw ended }
      guard length >= 2 else {
        guard Self.isRemark(marker) else {
          throw .damaged("a segment of length \(length) at byte \(grouped(offset))")
        }
        offset += 4
        continue
      }
      if marker == 0xDA { break }
      let end = offset + 2 + length
      guard end <= data.count else {
        throw .endsEarly("\(grouped(data.count)) bytes, in a header segment that extends to \(grouped(end))")
      }
      try takeFrame(marker, at: offset, length: length)
      segments.append(Segment(marker: marker, range: offset..<end))
      offset = end
    }
    guard frame != 0 else { throw .damaged("it has no frame header") }
    scanOffset = offset
  }

  /// Bytes that a segment holds after its length.
  func content(of segment: Segment) -> ArraySlice<UInt8> {
    data.bytes[(segment.range.lowerBound + 4)..<segment.range.upperBound]
  }

  private var ended: FormatFault { .endsEarly("after \(grouped(data.count)) bytes of header") }

  /// Application segments and comments.
  private static func isRemark(_ marker: UInt8) -> Bool { (0xE0...0xEF).contains(marker) || marker == 0xFE }

  /// Where the next marker's last `FF` is.
  private func nextMarker(from start: Int) throws(FormatFault) -> Int {
    var offset = start
    while let byte = data.u8(at: offset) {
      guard byte == 0xFF else {
        offset += 1
        continue
      }
      guard let next = data.u8(at: offset + 1) else { throw ended }
      switch next {
      case 0x00: offset += 2
      case 0xFF: offset += 1
      default: return offset
      }
    }
    throw ended
  }

  private mutating func takeFrame(_ marker: UInt8, at offset: Int, length: Int) throws(FormatFault) {
    if marker == 0xF7 { throw .formatNotAccepted(UnsupportedFormat("JPEG-LS")) }
    // SOF0 to SOF15 except DHT, JPG and DAC.
    guard (0xC0...0xCF).contains(marker), ![0xC4, 0xC8, 0xCC].contains(marker) else { return }
    guard length >= 8, let precision = data.u8(at: offset + 4), let height = data.u16(at: offset + 5, bigEndian: true),
      let width = data.u16(at: offset + 7, bigEndian: true), let components = data.u8(at: offset + 9)
    else { throw .damaged("its frame header is too short") }
    guard frame == 0 else { throw .damaged("it has two frame headers") }
    switch marker {
    case 0xC3, 0xCB: throw .featureNotAccepted("lossless compression")
    case 0xC5...0xC7, 0xCD...0xCF: throw .featureNotAccepted("hierarchical compression")
    default: if precision == 12 { throw .featureNotAccepted("12-bit samples") }
    }
    (frame, self.width, self.height, self.components) = (marker, width, height, Int(components))
  }
}

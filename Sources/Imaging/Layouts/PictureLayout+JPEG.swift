import Foundation

extension PictureLayout {
  /// Walks a JPEG's segments up to the first scan (ITU-T T.81, annex B).
  init(jpeg data: ByteReader) throws(FormatFault) {
    var offset = 2
    var size: (width: Int, height: Int)?
    while true {
      guard let prefix = data.u8(at: offset) else { throw .endsEarly("after \(grouped(data.count)) bytes of header") }
      guard prefix == 0xFF else { throw .damaged("no marker at byte \(grouped(offset))") }
      guard let marker = data.u8(at: offset + 1) else {
        throw .endsEarly("after \(grouped(data.count)) bytes of header")
      }
      switch marker {
      case 0xFF:  // fill byte
        offset += 1
        continue
      case 0x01, 0xD0...0xD7:  // markers without a segment
        offset += 2
        continue
      case 0x00, 0xD8: throw .damaged("no marker at byte \(grouped(offset))")
      case 0xD9: throw .endsEarly("its end marker comes before any picture")
      default: break
      }
      guard let length = data.u16(at: offset + 2, bigEndian: true) else {
        throw .endsEarly("after \(grouped(data.count)) bytes of header")
      }
      guard length >= 2 else { throw .damaged("a segment of length \(length) at byte \(grouped(offset))") }
      if marker == 0xDA { break }
      guard offset + 2 + length <= data.count else {
        throw .endsEarly(
          "\(grouped(data.count)) bytes, in a header segment that goes on to \(grouped(offset + 2 + length))")
      }
      // SOF0 to SOF15 but for DHT, JPG and DAC.
      if (0xC0...0xCF).contains(marker), ![0xC4, 0xC8, 0xCC].contains(marker) {
        guard length >= 8, let height = data.u16(at: offset + 5, bigEndian: true),
          let width = data.u16(at: offset + 7, bigEndian: true)
        else { throw .damaged("its frame header is too short") }
        guard size == nil else { throw .damaged("it has two frame headers") }
        size = (width, height)
      }
      offset += 2 + length
    }
    guard let size else { throw .damaged("it has no frame header") }
    try self.init(width: size.width, height: size.height)
    let scans = Self.scans(in: data, from: offset)
    guard scans <= ImageLimits.scans, scans * width * height <= ImageLimits.scannedPixels else {
      throw .featureNotAccepted("\(grouped(scans)) scans of \(grouped(width)) × \(grouped(height)) pixels")
    }
  }

  /// How many scans there are from the first on, up to the end mark: after it a file may hold what it likes.
  private static func scans(in data: ByteReader, from first: Int) -> Int {
    var count = 0
    var offset: Int? = first
    while let at = offset, let marker = data.u8(at: at + 1) {
      switch marker {
      case 0xD9: return count
      case 0x00, 0x01, 0xD0...0xD7:  // inside a scan: a byte 0xFF, or a restart
        offset = nextMark(in: data.bytes, from: at + 2)
      case 0xFF:  // fill byte
        offset = at + 1
      default:
        if marker == 0xDA { count += 1 }
        offset = nextMark(in: data.bytes, from: at + 2 + (data.u16(at: at + 2, bigEndian: true) ?? 0))
      }
    }
    return count
  }

  private static func nextMark(in bytes: [UInt8], from start: Int) -> Int? {
    bytes.withUnsafeBytes { buffer in
      guard start < buffer.count, let base = buffer.baseAddress,
        let found = memchr(base + start, 0xFF, buffer.count - start)
      else { return nil }
      return base.distance(to: UnsafeRawPointer(found))
    }
  }
}

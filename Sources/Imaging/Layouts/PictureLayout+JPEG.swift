import Foundation
import TextOutput

extension PictureLayout {
  /// Reads a JPEG's header, and counts its scans.
  init(jpeg data: ByteReader) throws(FormatFault) {
    let header = try JPEGHeader(data)
    try self.init(width: header.width, height: header.height)
    let scans = Self.scans(in: data, from: header.scanOffset).count
    guard scans <= ImageLimits.scans, scans * width * height <= ImageLimits.scannedPixels else {
      throw .featureNotAccepted("\(grouped(scans)) scans of \(grouped(width)) × \(grouped(height)) pixels")
    }
    orientationBesideEXIF = OrientationMetadata.ofJPEG(header)
    isShownByBrowsers = header.components < 4 && orientationBesideEXIF == nil
  }

  /// Where the scans begin, from the first on, up to the end marker; anything may follow it in the file.
  static func scans(in data: ByteReader, from first: Int) -> [Int] {
    var found: [Int] = []
    var offset: Int? = first
    while let at = offset, let marker = data.u8(at: at + 1) {
      switch marker {
      case 0xD9: return found
      case 0x00, 0x01, 0xD0...0xD7:  // inside a scan: a byte 0xFF, or a restart
        offset = nextMark(in: data.bytes, from: at + 2)
      case 0xFF:  // fill byte
        offset = at + 1
      default:
        if marker == 0xDA { found.append(at) }
        offset = nextMark(in: data.bytes, from: at + 2 + (data.u16(at: at + 2, bigEndian: true) ?? 0))
      }
    }
    return found
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

import Foundation

/// Orientations in metadata other than EXIF: XMP, and the texts in which old programs store EXIF in a PNG.
enum OrientationMetadata {
  private static let xmpMark = Array("http://ns.adobe.com/xap/1.0/\0".utf8)

  /// The orientation that a JPEG's XMP gives.
  static func ofJPEG(_ header: JPEGHeader) -> Int? {
    for segment in header.segments where segment.marker == 0xE1 {
      let content = header.content(of: segment)
      if content.starts(with: xmpMark) { return inXMP(content.dropFirst(xmpMark.count)) }
    }
    return nil
  }

  /// `tiff:Orientation` of an XMP packet, as an attribute or an element (Adobe's XMP specification, part 2).
  static func inXMP(_ packet: ArraySlice<UInt8>) -> Int? {
    let text = Data(packet)
    guard let name = text.range(of: Data("tiff:Orientation".utf8)) else { return nil }
    var rest = text[name.upperBound...].drop { $0 == 0x20 || $0 == 0x0A || $0 == 0x0D || $0 == 0x09 || $0 == 0x3D }
    guard let open = rest.popFirst(), [0x22, 0x27, 0x3E].contains(open) else { return nil }  // " ' >
    return valid(rest.first.map { Int($0) - 0x30 })
  }

  /// The orientation of an EXIF block, which is a TIFF, with or without the mark that JPEG puts before it.
  static func inEXIF(_ block: [UInt8]) -> Int? {
    let bytes = block.starts(with: Array("Exif\0\0".utf8)) ? Array(block.dropFirst(6)) : block
    guard let directory = try? TIFFDirectory(ByteReader(bytes)),
      let value = try? directory.value(TIFFDirectory.Tag.orientation)
    else { return nil }
    return valid(value)
  }

  /// The orientation in ImageMagick's "raw profile": its kind, its length, and its bytes in hexadecimal.
  static func inRawProfile(_ text: ArraySlice<UInt8>) -> Int? {
    let parts = text.split(maxSplits: 2, omittingEmptySubsequences: true) { $0 == 0x0A || $0 == 0x20 }
    guard parts.count == 3 else { return nil }
    var bytes: [UInt8] = []
    var high: UInt8?
    for digit in parts[2] {
      guard let value = Character(Unicode.Scalar(digit)).hexDigitValue else { continue }
      if let first = high {
        bytes.append(first << 4 | UInt8(value))
        high = nil
      } else {
        high = UInt8(value)
      }
    }
    if bytes.starts(with: xmpMark) { return inXMP(bytes[xmpMark.count...]) }
    return parts[0].elementsEqual("xmp".utf8) ? inXMP(bytes[...]) : inEXIF(bytes)
  }

  private static func valid(_ value: Int?) -> Int? {
    guard let value, (1...8).contains(value) else { return nil }
    return value
  }
}

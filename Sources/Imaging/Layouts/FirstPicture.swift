/// What libvips gets to see of a file whose layout is sound: the first picture, and what its colours need.
///
/// Everything else would cost time and memory before the first pixel: libpng unpacks each text to as much as 8 MB (900
/// of them in a file of 7 MB took 22 s and 2.3 GB), libvips walks through every page of a TIFF.
enum FirstPicture {
  /// The chunks beside the critical ones that change how a PNG looks.
  private static let visible: Set<String> = ["tRNS", "iCCP", "sRGB", "gAMA", "cHRM", "eXIf"]

  /// A PNG without its texts, dates, animation and private chunks.
  static func ofPNG(_ data: ByteReader) -> [UInt8] {
    var kept: [Range<Int>] = []
    var seen: Set<String> = []
    var offset = 8
    while let length = data.u32(at: offset, bigEndian: true), let name = data.text(at: offset + 4, count: 4) {
      let end = min(offset + 12 + length, data.count)
      // Bit 5 of the first letter: not critical.
      let isCritical = (data.u8(at: offset + 4) ?? 0) & 0x20 == 0
      if isCritical || visible.contains(name) && seen.insert(name).inserted { kept.append(offset..<end) }
      offset = end
      if name == "IEND" { break }
    }
    guard kept.reduce(8, { $0 + $1.count }) < offset else { return data.bytes }
    return kept.reduce(into: Array(data.bytes.prefix(8))) { $0 += data.bytes[$1] }
  }

  /// A TIFF whose first page is its last.
  static func ofTIFF(_ data: ByteReader) throws(FormatFault) -> [UInt8] {
    let next = try TIFFDirectory(data).nextDirectory
    var bytes = data.bytes
    for index in next.clamped(to: bytes.indices) where bytes[index] != 0 { bytes[index] = 0 }
    return bytes
  }
}

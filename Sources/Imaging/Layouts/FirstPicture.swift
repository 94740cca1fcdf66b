/// What libvips gets to see of a file whose layout is sound: the first picture, and what its colours need.
///
/// Everything else costs time and memory before the first pixel: libpng unpacks each text chunk to as much as 8 MB (900
/// of them in a file of 7 MB took 22 s and 2.3 GB), and libvips visits every page of a TIFF. In a JPEG, what libjpeg
/// would skip with a warning is corrected, so that any remaining warning is about pixels.
enum FirstPicture {
  /// The chunks beside the critical ones that change how a PNG looks and that libvips reads; see ``PNGColors`` for others.
  private static let visible: Set<String> = ["tRNS", "iCCP", "eXIf"]

  /// The bytes that libvips gets of a file.
  static func of(_ data: ByteReader, as format: ImageFormat) throws(FormatFault) -> [UInt8] {
    switch format {
    case .jpeg: try ofJPEG(data)
    case .png: ofPNG(data)
    case .tiff: try ofTIFF(data)
    case .webP, .bmp, .heic, .avif, .jpeg2000, .jpegXL, .dicom: data.bytes
    }
  }

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

  /// A JPEG whose header consists only of segments, with values that the standards know.
  static func ofJPEG(_ data: ByteReader) throws(FormatFault) -> [UInt8] {
    let header = try JPEGHeader(data)
    var changes: [Int: UInt8] = [:]
    func put(_ value: UInt8, at offset: Int, unless known: [UInt8]) {
      if let old = data.u8(at: offset), !known.contains(old) { changes[offset] = value }
    }
    for segment in header.segments {
      let start = segment.range.lowerBound + 4
      if segment.marker == 0xE0, segment.range.count >= 18, data.has("JFIF\0", at: start) {
        put(1, at: start + 5, unless: [1])  // the major version
      }
      if segment.marker == 0xEE, segment.range.count >= 16, data.has("Adobe", at: start) {
        // The colour transform; libjpeg treats an unknown one as YCbCr or YCCK.
        if header.components == 3 { put(1, at: start + 11, unless: [0, 1]) }
        if header.components == 4 { put(2, at: start + 11, unless: [0, 2]) }
      }
    }
    // A scan of a picture that is not progressive always has all 64 coefficients; Samsung phones write 0 to 0.
    if [0xC0, 0xC1, 0xC9].contains(header.frame) {
      for scan in PictureLayout.scans(in: data, from: header.scanOffset) {
        let last = scan + 5 + 2 * Int(data.u8(at: scan + 4) ?? 0)
        put(0, at: last, unless: [0])
        put(63, at: last + 1, unless: [63])
        put(0, at: last + 2, unless: [0])
      }
    }
    let isTight = header.segments.reduce(2) { $0 + $1.range.count } == header.scanOffset
    guard !isTight || !changes.isEmpty else { return data.bytes }
    var bytes = data.bytes
    for (offset, value) in changes { bytes[offset] = value }
    if isTight { return bytes }
    return header.segments.reduce(into: [0xFF, 0xD8]) { $0 += bytes[$1.range] } + bytes[header.scanOffset...]
  }

  /// A TIFF whose first page is its last.
  static func ofTIFF(_ data: ByteReader) throws(FormatFault) -> [UInt8] {
    let next = try TIFFDirectory(data).nextDirectory
    var bytes = data.bytes
    for index in next.clamped(to: bytes.indices) where bytes[index] != 0 { bytes[index] = 0 }
    return bytes
  }
}

import TextOutput

/// The main header of a JPEG 2000 codestream (ITU-T T.800, annex A): its size, samples and colour transform.
struct CodestreamHeader {
  let width: Int
  let height: Int
  let components: Int
  /// Bits of a sample.
  let bits: Int
  let isSigned: Bool
  /// Whether the codec has its own transform of three colours, after whose inverse they are RGB.
  private(set) var isTransformed = false

  /// Tiles of a picture: each costs memory before the first pixel.
  static let mostTiles = 65_535
  /// libvips' longest side.
  static let tileSide = 10_000_000

  init(_ data: ByteReader) throws(FormatFault) {
    func damaged(_ what: String) -> FormatFault { .damaged("its JPEG 2000 \(what)") }
    func u32(_ offset: Int) -> Int? { data.u32(at: offset, bigEndian: true) }
    guard data.has([0xFF, 0x4F, 0xFF, 0x51], at: 0) else { throw damaged("does not begin with a codestream's markers") }
    guard let length = data.u16(at: 4, bigEndian: true), let right = u32(8), let bottom = u32(12),
      let left = u32(16), let top = u32(20), let tileWidth = u32(24), let tileHeight = u32(28),
      let count = data.u16(at: 40, bigEndian: true), 4 + length <= data.count
    else { throw .endsEarly("\(grouped(data.count)) bytes of a JPEG 2000 header") }
    guard left < right, top < bottom, tileWidth > 0, tileHeight > 0 else { throw damaged("has no size") }
    (width, height, components) = (right - left, bottom - top, count)
    guard (1...4).contains(count), length == 38 + 3 * count else { throw damaged("has \(count) components") }
    guard max(tileWidth, tileHeight) <= Self.tileSide else {
      throw .featureNotAccepted("a JPEG 2000 of tiles of \(grouped(tileWidth)) × \(grouped(tileHeight)) pixels")
    }
    let tiles = ((right + tileWidth - 1) / tileWidth) * ((bottom + tileHeight - 1) / tileHeight)
    guard tiles <= Self.mostTiles else { throw .featureNotAccepted("a JPEG 2000 of \(grouped(tiles)) tiles") }
    let depths = (0..<count).map { data.u8(at: 42 + 3 * $0) ?? 0 }
    guard let depth = depths.first, depths.allSatisfy({ $0 == depth }) else {
      throw .featureNotAccepted("a JPEG 2000 whose components differ in their bits")
    }
    guard (0..<count).allSatisfy({ data.u8(at: 43 + 3 * $0) == 1 && data.u8(at: 44 + 3 * $0) == 1 }) else {
      throw .featureNotAccepted("a JPEG 2000 whose components differ in their size")
    }
    bits = Int(depth & 0x7F) + 1
    isSigned = depth & 0x80 != 0
    guard bits <= 16 else { throw .featureNotAccepted("a JPEG 2000 of \(bits) bits") }
    isTransformed = try Self.hasTransform(data, from: 4 + length)
  }

  /// Walks the tile parts to the end marker: OpenJPEG paints what is missing grey, without a word.
  ///
  /// - Throws: `FormatFault` when the codestream ends before its marker does.
  static func checkEnd(of data: ByteReader) throws(FormatFault) {
    let ended = FormatFault.endsEarly("its JPEG 2000 stops after \(grouped(data.count)) bytes, before its end marker")
    var offset = 2
    while let marker = data.u16(at: offset, bigEndian: true), marker != 0xFFD9 {
      guard marker > 0xFF00 else { throw .damaged("its JPEG 2000 has no marker at byte \(grouped(offset))") }
      var length = 2 + (data.u16(at: offset + 2, bigEndian: true) ?? data.count)
      if marker == 0xFF90 {
        length = data.u32(at: offset + 6, bigEndian: true) ?? data.count
        // 0 in the last tile part: up to the end marker, after which there is padding at most.
        if length == 0 {
          guard data.has([0xFF, 0xD9], at: data.count - 2) || data.has([0xFF, 0xD9, 0], at: data.count - 3) else {
            throw ended
          }
          return
        }
        guard length >= 14 else { throw .damaged("its JPEG 2000 has a tile part of \(length) bytes") }
      }
      offset += length
    }
    guard data.has([0xFF, 0xD9], at: offset) else { throw ended }
  }

  /// The codestream in a JP2 file's boxes (annex I), which some programs store although the standard wants it bare; the
  /// same bytes where there are no boxes.
  static func codestream(in bytes: [UInt8]) -> [UInt8] {
    let data = ByteReader(bytes)
    guard data.has("jP  ", at: 4) else { return bytes }
    var offset = 0
    while let length = data.u32(at: offset, bigEndian: true), let name = data.text(at: offset + 4, count: 4) {
      if name == "jp2c" {
        let end = length == 0 ? bytes.count : offset + length
        return length == 0 || length >= 8 && end <= bytes.count ? Array(bytes[(offset + 8)..<end]) : bytes
      }
      guard length >= 8 else { break }
      offset += length
    }
    return bytes
  }

  /// What COD, the coding style, says; it is before the first tile.
  private static func hasTransform(_ data: ByteReader, from start: Int) throws(FormatFault) -> Bool {
    var offset = start
    while let marker = data.u16(at: offset, bigEndian: true), let length = data.u16(at: offset + 2, bigEndian: true) {
      switch marker {
      case 0xFF52:
        guard length >= 12, let transform = data.u8(at: offset + 8) else { break }
        return transform == 1
      case 0xFF90: throw .damaged("its JPEG 2000 has no coding style before its first tile")
      default: break
      }
      guard marker > 0xFF00, length >= 2 else { break }
      offset += 2 + length
    }
    throw .endsEarly("\(grouped(data.count)) bytes of a JPEG 2000 header")
  }
}

import TextOutput

/// A BMP file's headers: what its bytes say about its pixels (Microsoft's BITMAPFILEHEADER, BITMAPCOREHEADER and
/// BITMAPINFOHEADER to BITMAPV5HEADER).
struct BitmapHeader {
  enum Compression: Equatable {
    case none
    case runLengths8
    case runLengths4
    case bitFields
  }

  let layout: PictureLayout
  let rowsFromTop: Bool
  /// 1, 2, 4, 8, 16, 24 or 32.
  let bitsPerPixel: Int
  let compression: Compression
  /// For 16 and 32 bits.
  let masks: BitmapMasks
  /// Red, green and blue, for up to 8 bits.
  let palette: [BitmapColor]
  let pixelOffset: Int

  /// Rows are padded to whole groups of four bytes.
  var rowBytes: Int { (layout.width * bitsPerPixel + 31) / 32 * 4 }

  init(_ data: ByteReader) throws(FormatFault) {
    guard let pixelOffset = data.u32(at: 10), let headerSize = data.u32(at: 14) else {
      throw .ends(after: data.count, of: 18)
    }
    guard headerSize <= data.count - 14 else { throw .ends(after: data.count, of: 14 + headerSize) }
    let isCore = headerSize == 12
    guard isCore || [40, 52, 56, 108, 124].contains(headerSize) else {
      throw .featureNotAccepted("a header of \(headerSize) bytes")
    }
    guard let width = isCore ? data.u16(at: 18) : data.i32(at: 18),
      let height = isCore ? data.u16(at: 20) : data.i32(at: 22), let bits = data.u16(at: isCore ? 24 : 28)
    else { throw .ends(after: data.count, of: 14 + headerSize) }
    layout = try PictureLayout(width: width, height: abs(height))
    rowsFromTop = height < 0
    let code = isCore ? 0 : data.u32(at: 30) ?? 0
    if code == 4 { throw .featureNotAccepted("a JPEG inside") }
    if code == 5 { throw .featureNotAccepted("a PNG inside") }
    guard [1, 2, 4, 8, 16, 24, 32].contains(bits) else { throw .damaged("it has \(grouped(bits)) bits per pixel") }
    bitsPerPixel = bits

    compression = try Self.compression(code, bits: bits, rowsFromTop: rowsFromTop)
    masks = try Self.masks(data, code: code, headerSize: headerSize, bits: bits)

    let masksAfterHeader = headerSize == 40 ? (code == 3 ? 12 : code == 6 ? 16 : 0) : 0
    let paletteStart = 14 + headerSize + masksAfterHeader
    guard pixelOffset >= paletteStart, pixelOffset < data.count else {
      throw .damaged(
        "its pixels are said to begin at byte \(grouped(pixelOffset)) of a file of \(grouped(data.count))")
    }
    self.pixelOffset = pixelOffset
    palette = Self.palette(
      data.bytes[paletteStart..<pixelOffset], entryBytes: isCore ? 3 : 4, used: isCore ? 0 : data.u32(at: 46) ?? 0,
      bits: bits)
    if bits <= 8, palette.isEmpty { throw .damaged("it has no palette") }
  }

  private static func compression(_ code: Int, bits: Int, rowsFromTop: Bool) throws(FormatFault) -> Compression {
    switch (code, bits) {
    case (0, _): return .none
    case (1, 8), (2, 4):
      if rowsFromTop { throw .damaged("run lengths with rows from the top") }
      return code == 1 ? .runLengths8 : .runLengths4
    case (3, 16), (3, 32), (6, 16), (6, 32): return .bitFields
    default: throw .damaged("compression \(grouped(code)) does not go with \(bits) bits per pixel")
    }
  }

  private static func masks(
    _ data: ByteReader, code: Int, headerSize: Int, bits: Int
  ) throws(FormatFault) -> BitmapMasks {
    guard code == 3 || code == 6 else { return bits == 16 ? .rgb555 : .rgb888 }
    guard let red = data.u32(at: 54), let green = data.u32(at: 58), let blue = data.u32(at: 62) else {
      throw .ends(after: data.count, of: 66)
    }
    let alpha = code == 6 || headerSize >= 56 ? data.u32(at: 66) ?? 0 : 0
    return try BitmapMasks(red: red, green: green, blue: blue, alpha: alpha, bits: bits)
  }

  private static func palette(_ bytes: ArraySlice<UInt8>, entryBytes: Int, used: Int, bits: Int) -> [BitmapColor] {
    guard bits <= 8 else { return [] }
    let size = 1 << bits
    let count = min(used == 0 ? size : min(used, size), bytes.count / entryBytes)
    return (0..<count).map { index in
      let at = bytes.startIndex + index * entryBytes
      return BitmapColor(red: bytes[at + 2], green: bytes[at + 1], blue: bytes[at])
    }
  }
}

/// A colour of a palette.
struct BitmapColor {
  let red: UInt8
  let green: UInt8
  let blue: UInt8
}

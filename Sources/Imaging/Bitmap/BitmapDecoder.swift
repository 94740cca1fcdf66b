import VisionLanguage

/// Reads BMP.
///
/// Debian's libvips reads BMP only through ImageMagick, and we do not want to enable ImageMagick's hundreds of formats
/// for it. This decoder reads all that Windows, GIMP, Photoshop and Pillow write: 1 to 32 bits per pixel, palettes, bit
/// fields, run lengths, rows from the bottom or from the top. Data outside the file or the picture is an error, never a
/// guess.
enum BitmapDecoder {
  static func decode(_ data: ByteReader) throws(FormatFault) -> PixelImage {
    let header = try BitmapHeader(data)
    let pixels: [UInt8]
    switch header.compression {
    case .runLengths4, .runLengths8:
      pixels = try colors(of: BitmapRunLengths.indices(data, header), header)
    case .none, .bitFields:
      let end = header.pixelOffset + header.rowBytes * header.layout.height
      // The padding of the last row may be missing.
      let needed = end - header.rowBytes + (header.layout.width * header.bitsPerPixel + 7) / 8
      guard data.count >= needed else { throw .ends(after: data.count, of: end) }
      switch header.bitsPerPixel {
      case 24: pixels = threeByteRows(data, header)
      case 16, 32: pixels = maskedRows(data, header)
      default: pixels = try colors(of: packedIndices(data, header), header)
      }
    }
    do {
      return try PixelImage(width: header.layout.width, height: header.layout.height, pixels: pixels)
    } catch {
      throw .inconsistent("\(error)")
    }
  }

  /// Where each row of the picture begins in the file, from the picture's top.
  private static func rowStarts(_ header: BitmapHeader) -> some Sequence<Int> {
    let height = header.layout.height
    return (0..<height).lazy.map { row in
      header.pixelOffset + (header.rowsFromTop ? row : height - 1 - row) * header.rowBytes
    }
  }

  private static func threeByteRows(_ data: ByteReader, _ header: BitmapHeader) -> [UInt8] {
    var pixels: [UInt8] = []
    pixels.reserveCapacity(header.layout.width * header.layout.height * 3)
    for start in rowStarts(header) {
      for at in stride(from: start, to: start + header.layout.width * 3, by: 3) {
        pixels.append(data.bytes[at + 2])
        pixels.append(data.bytes[at + 1])
        pixels.append(data.bytes[at])
      }
    }
    return pixels
  }

  private static func maskedRows(_ data: ByteReader, _ header: BitmapHeader) -> [UInt8] {
    let masks = header.masks
    let hasAlpha = masks.alpha.largest > 0 && anyAlpha(data, header)
    var pixels: [UInt8] = []
    pixels.reserveCapacity(header.layout.width * header.layout.height * 3)
    forEachPixel(data, header) { pixel in
      let color = (masks.red.value(in: pixel), masks.green.value(in: pixel), masks.blue.value(in: pixel))
      let alpha = hasAlpha ? masks.alpha.value(in: pixel) : 255
      pixels.append(overWhite(color.0, alpha))
      pixels.append(overWhite(color.1, alpha))
      pixels.append(overWhite(color.2, alpha))
      return true
    }
    return pixels
  }

  /// Many programs declare alpha and leave it zero everywhere: such a picture is opaque, not invisible.
  private static func anyAlpha(_ data: ByteReader, _ header: BitmapHeader) -> Bool {
    var found = false
    forEachPixel(data, header) { pixel in
      found = header.masks.alpha.value(in: pixel) > 0
      return !found
    }
    return found
  }

  /// Pixels of 16 or 32 bits, from the picture's top, until the body returns false.
  private static func forEachPixel(_ data: ByteReader, _ header: BitmapHeader, _ body: (UInt32) -> Bool) {
    let size = header.bitsPerPixel / 8
    for start in rowStarts(header) {
      for at in stride(from: start, to: start + header.layout.width * size, by: size) {
        var pixel = UInt32(data.bytes[at]) | UInt32(data.bytes[at + 1]) << 8
        if size == 4 { pixel |= UInt32(data.bytes[at + 2]) << 16 | UInt32(data.bytes[at + 3]) << 24 }
        if !body(pixel) { return }
      }
    }
  }

  private static func overWhite(_ value: UInt8, _ alpha: UInt8) -> UInt8 {
    UInt8(truncatingIfNeeded: (Int(value) * Int(alpha) + 255 * (255 - Int(alpha)) + 127) / 255)
  }

  /// One index a pixel, from the picture's top.
  private static func packedIndices(_ data: ByteReader, _ header: BitmapHeader) -> [UInt8] {
    let bits = header.bitsPerPixel
    let perByte = 8 / bits
    let mask = UInt8(truncatingIfNeeded: (1 << bits) - 1)
    var indices: [UInt8] = []
    indices.reserveCapacity(header.layout.width * header.layout.height)
    for start in rowStarts(header) {
      for column in 0..<header.layout.width {
        let byte = data.bytes[start + column / perByte]
        indices.append(byte >> (8 - bits - column % perByte * bits) & mask)
      }
    }
    return indices
  }

  private static func colors(of indices: [UInt8], _ header: BitmapHeader) throws(FormatFault) -> [UInt8] {
    let palette = header.palette
    var pixels: [UInt8] = []
    pixels.reserveCapacity(indices.count * 3)
    for index in indices {
      guard Int(index) < palette.count else {
        throw .damaged("a pixel has colour \(index) of a palette of \(palette.count)")
      }
      let color = palette[Int(index)]
      pixels.append(color.red)
      pixels.append(color.green)
      pixels.append(color.blue)
    }
    return pixels
  }
}

import Imaging
import TestImages
import Testing

@Suite struct BitmapTests {
  private typealias Make = HandmadeImages

  private func decode(_ bytes: [UInt8]) throws -> [UInt8] {
    let decoded = try ImageDecoder.decode(bytes, name: "test.bmp")
    #expect(decoded.format == .bmp)
    #expect(decoded.image.width == 24 && decoded.image.height == 16)
    return decoded.image.pixels
  }

  /// Rows from the bottom, as files have them.
  private func rows(_ pixel: (Int, Int) -> [UInt8]) -> [[UInt8]] {
    (0..<16).reversed().map { y in (0..<24).flatMap { x in pixel(x, y) } }
  }

  private let palette: [[UInt8]] = (0..<16).map { [UInt8($0), UInt8($0 * 2), UInt8($0 * 16), 0] }

  private func colors(_ index: (Int, Int) -> Int) -> [UInt8] {
    (0..<16).flatMap { y in
      (0..<24).flatMap { x -> [UInt8] in
        let color = palette[index(x, y)]
        return [color[2], color[1], color[0]]
      }
    }
  }

  @Test(arguments: [12, 40, 52, 56, 108, 124]) func `every version of the header is read`(size: Int) throws {
    #expect(try decode(Make.bmp(headerSize: size)) == Make.pixels)
  }

  @Test func `a negative height has its rows from the top`() throws {
    let rows = (0..<16).map { y in (0..<24).flatMap { x in Make.color(x, y).reversed() } }
    #expect(try decode(Make.bmp(height: -16, rows: rows)) == Make.pixels)
  }

  @Test(arguments: [1, 2, 4, 8]) func `palettes of 1 to 8 bits are looked up`(bits: Int) throws {
    let count = min(16, 1 << bits)
    let perByte = 8 / bits
    let packed = rows { x, y in
      guard x % perByte == 0 else { return [] }
      return [(0..<perByte).reduce(0) { $0 << UInt8(bits) | UInt8((x + $1 + y) % count) }]
    }
    let bytes = Make.bmp(bits: bits, palette: Array(palette.prefix(count)), rows: packed)
    #expect(try decode(bytes) == colors { x, y in (x + y) % count })
  }

  @Test func `16 and 32 bits are read with and without masks of their own`() throws {
    let fives = rows { x, y in Make.littleEndian((x & 31) << 10 | (y & 31) << 5 | 31, 2) }
    let pixel = Array(try decode(Make.bmp(bits: 16, rows: fives)).suffix(3))
    #expect(pixel == [189, 123, 255])  // 23, 15 and 31 of 31
    let sixes = rows { x, y in Make.littleEndian((x & 31) << 11 | (y * 4) << 5 | 31, 2) }
    let masked = Make.bmp(bits: 16, compression: 3, masks: [0xF800, 0x07E0, 0x001F], rows: sixes)
    #expect(Array(try decode(masked).suffix(3)) == [189, 243, 255])

    let plain = rows { x, y in Make.color(x, y).reversed() + [0] }
    #expect(try decode(Make.bmp(bits: 32, rows: plain)) == Make.pixels)
    let turned = rows { x, y in [0] + Make.color(x, y) }
    let other = Make.bmp(bits: 32, compression: 3, masks: [0xFF00, 0xFF_0000, 0xFF00_0000], rows: turned)
    #expect(try decode(other) == Make.pixels)
    let tens = rows { x, y in Make.littleEndian(1023 << 20 | 0 << 10 | 512, 4) }
    let wide = Make.bmp(bits: 32, compression: 3, masks: [0x3FF0_0000, 0xF_FC00, 0x3FF], rows: tens)
    #expect(Array(try decode(wide).prefix(3)) == [255, 0, 128])
  }

  @Test func `alpha is laid over white, unless it is zero everywhere`() throws {
    let masks = [0xFF_0000, 0xFF00, 0xFF, 0xFF00_0000]
    func bmp(_ alpha: @escaping (Int) -> UInt8) -> [UInt8] {
      Make.bmp(
        bits: 32, compression: 3, headerSize: 124, masks: masks, rows: rows { x, _ in [80, 120, 200, alpha(x)] })
    }
    #expect(Array(try decode(bmp { $0 == 0 ? 0 : 255 }).prefix(6)) == [255, 255, 255, 200, 120, 80])
    #expect(Array(try decode(bmp { _ in 0 }).prefix(3)) == [200, 120, 80])
  }

  @Test func `run lengths of 8 and 4 bits are unpacked`() throws {
    // Each row: a run of 20, then four literals; the top row is skipped.
    let eights = Make.repeated([20, 3, 0, 4, 1, 2, 3, 4, 0, 0], 15) + [0, 1]
    let expected8 = colors { x, y in y == 0 ? 0 : x < 20 ? 3 : x - 19 }
    #expect(try decode(Make.bmp(bits: 8, compression: 1, palette: palette, data: eights)) == expected8)
    // A run takes its two colours in turn; five literals fill three bytes, and one pads.
    let fours = Make.repeated([19, 0x5A, 0, 5, 0x12, 0x34, 0x60, 0, 0, 0], 16) + [0, 1]
    let expected4 = colors { x, _ in x < 19 ? (x % 2 == 0 ? 5 : 10) : [1, 2, 3, 4, 6][x - 19] }
    #expect(try decode(Make.bmp(bits: 4, compression: 2, palette: palette, data: fours)) == expected4)
    // One skip of 4 right and 3 up.
    let skip: [UInt8] = [0, 2, 4, 3, 1, 7, 0, 1]
    let skipped = colors { x, y in x == 4 && y == 12 ? 7 : 0 }
    #expect(try decode(Make.bmp(bits: 8, compression: 1, palette: palette, data: skip)) == skipped)
  }
}

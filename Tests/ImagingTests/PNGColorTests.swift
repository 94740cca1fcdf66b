import Imaging
import TestImages
import Testing

/// What a PNG says of its colours. Expected values are Chromium 156's, read back from its canvas; `Interop/test_colors.py`
/// asks the browser itself.
@Suite struct PNGColorTests {
  private typealias Make = HandmadeImages

  private func gamma(_ value: Double) -> [UInt8] {
    Make.chunk("gAMA", Make.bigEndian(Int((value * 100_000).rounded()), 4))
  }

  private let adobe = HandmadeImages.chunk(
    "cHRM",
    [31_270, 32_900, 64_000, 33_000, 21_000, 71_000, 15_000, 6_000].flatMap { HandmadeImages.bigEndian($0, 4) })

  private func code(_ primaries: UInt8, _ transfer: UInt8, _ matrix: UInt8 = 0, _ full: UInt8 = 1) -> [UInt8] {
    Make.chunk("cICP", [primaries, transfer, matrix, full])
  }

  private let profile = HandmadeImages.chunk(
    "iCCP", Array("swapped".utf8) + [0, 0] + HandmadeImages.stored(ColorProfiles.redAndBlueSwapped))
  private let standard = HandmadeImages.chunk("sRGB", [0])

  /// What becomes of (209, 177, 64) and (40, 61, 113).
  private func colors(_ chunks: [[UInt8]], depth: Int = 8) throws -> [UInt8] {
    let pair: [UInt8] = [209, 177, 64, 40, 61, 113]
    let row = Make.repeated(depth == 16 ? pair.flatMap { [$0, $0] } : pair, 12)
    let file = Make.png(depth: depth, rows: Array(repeating: row, count: 16), chunks: chunks)
    return Array(try ImageDecoder.decode(file, name: "a").image.pixels.prefix(6))
  }

  private func expect(_ chunks: [[UInt8]], _ expected: [UInt8], _ name: String, depth: Int = 8) throws {
    let found = try colors(chunks, depth: depth)
    #expect(zip(found, expected).allSatisfy { abs(Int($0) - Int($1)) <= 2 }, "\(name): \(found), not \(expected)")
  }

  @Test(arguments: [8, 16]) func `gAMA, cHRM and cICP give the colours that a browser shows`(depth: Int) throws {
    try expect([gamma(1)], [234, 217, 137, 110, 134, 178], "gAMA 1.0", depth: depth)
    try expect([gamma(0.45455)], [209, 177, 64, 40, 61, 113], "gAMA of sRGB", depth: depth)
    try expect([gamma(0.55556), adobe], [227, 191, 72, 38, 78, 134], "gAMA with cHRM", depth: depth)
    try expect([code(12, 13)], [215, 176, 24, 33, 62, 117], "Display P3", depth: depth)
    try expect([code(9, 14)], [229, 169, 0, 0, 52, 110], "BT.2020", depth: depth)
    try expect([code(8, 13)], [219, 177, 32, 28, 60, 116], "film", depth: depth)
    try expect([code(11, 17)], [216, 172, 0, 17, 46, 105], "cinema", depth: depth)
    try expect([code(1, 7)], [214, 186, 81, 58, 78, 127], "SMPTE 240M", depth: depth)
  }

  @Test func `cICP goes before a profile, a profile before sRGB, sRGB before gAMA`() throws {
    let plain: [UInt8] = [209, 177, 64, 40, 61, 113]
    try expect([code(12, 13), profile, gamma(1)], [215, 176, 24, 33, 62, 117], "cICP")
    try expect([code(1, 13), profile], plain, "cICP of sRGB")
    let swapped = try colors([profile, gamma(1)])
    #expect(swapped[0] < swapped[2], "\(swapped)")
    try expect([standard, gamma(1), adobe], plain, "sRGB")
    try expect([adobe], plain, "cHRM alone")
    try expect([code(2, 2), gamma(1)], [234, 217, 137, 110, 134, 178], "an unspecified cICP")
    try expect([code(12, 13, 0, 0), gamma(1)], [234, 217, 137, 110, 134, 178], "a cICP of narrow range")
    try expect([gamma(0)], plain, "a gAMA of 0")
    let broken = Make.chunk("iCCP", Array("broken".utf8) + [0, 0] + Make.stored(Array(repeating: 7, count: 300)))
    try expect([broken, gamma(1)], [234, 217, 137, 110, 134, 178], "a profile that cannot be used")
  }

  @Test func `grey pictures and what is transparent follow too`() throws {
    let grey = Array(repeating: (0..<24).map { UInt8(min($0, 15)) }, count: 16)
    let file = Make.png(colorType: 0, rows: grey, chunks: [gamma(1)])
    let pixels = try ImageDecoder.decode(file, name: "a").image.pixels
    for (index, value) in [0, 13, 22, 28, 34, 38, 42, 46, 50, 53, 56, 59, 61, 64, 66, 69].enumerated() {
      #expect(abs(Int(pixels[index * 3]) - value) <= 2, "grey \(index)")
    }
    let clear = Array(
      repeating: Make.repeated([209, 177, 64, 0], 12) + Make.repeated([209, 177, 64, 255], 12), count: 16)
    let both = try ImageDecoder.decode(Make.png(colorType: 6, rows: clear, chunks: [gamma(1)]), name: "a").image.pixels
    #expect(Array(both.prefix(3)) == [255, 255, 255])
    #expect(zip(both[69..<72], [234, 217, 137]).allSatisfy { abs(Int($0) - $1) <= 2 }, "\(both[69..<72])")
  }

  @Test func `high dynamic range is refused by name`() {
    for (transfer, name) in [(16, "PQ"), (18, "HLG")] as [(UInt8, String)] {
      #expect(
        throws: ImageFault.featureNotAccepted(name: "a", format: .png, feature: "high dynamic range (\(name))")
      ) {
        try ImageDecoder.decode(Make.png(chunks: [code(9, transfer)]), name: "a")
      }
    }
  }
}

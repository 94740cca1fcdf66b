import Digests
import Imaging
import TestImages
import Testing
import VisionLanguage

@Suite struct DecodingTests {
  private typealias Make = HandmadeImages

  /// How far the worst sample of a picture is from what it should be.
  private func worst(_ image: PixelImage, _ expected: [UInt8]) -> Int {
    guard image.pixels.count == expected.count else { return .max }
    return zip(image.pixels, expected).map { abs(Int($0) - Int($1)) }.max() ?? .max
  }

  private func decode(_ bytes: [UInt8]) throws -> PixelImage { try ImageDecoder.decode(bytes, name: "test").image }

  @Test func `the format, the digest and the pixels are those of the bytes, whatever the name says`() throws {
    let bytes = Make.png()
    let decoded = try ImageDecoder.decode(bytes, name: "lesion.jpg")
    #expect(decoded.format == .png)
    #expect(decoded.digest == SHA256Digest(of: bytes))
    #expect(decoded.image.width == 24 && decoded.image.height == 16)
    #expect(decoded.image.pixels == Make.pixels)
  }

  @Test func `every accepted format gives the same picture`() throws {
    #expect(try decode(Make.tiff()).pixels == Make.pixels)
    #expect(try decode(Make.bmp()).pixels == Make.pixels)
    #expect(try decode(Make.losslessWebP).pixels == Make.pixels)
    #expect(try worst(decode(Make.jpeg), Make.pixels) < 40)
    #expect(try worst(decode(Make.progressiveJPEG), Make.pixels) < 40)
    #expect(try worst(decode(Make.lossyWebP), Make.pixels) < 40)
  }

  @Test(arguments: 1...8) func `a picture is turned and mirrored as its EXIF says`(orientation: Int) throws {
    let bytes = Make.jpeg(Make.jpeg, withSegment: 0xE1, Make.exif(orientation: orientation))
    let upright = try decode(bytes)
    let stored = try decode(Make.jpeg)
    #expect(upright.width == (orientation < 5 ? 24 : 16))
    #expect(upright.height == (orientation < 5 ? 16 : 24))
    // EXIF 2.32, table 6: where the picture's left column and top row are in the file.
    for y in 0..<upright.height {
      for x in 0..<upright.width {
        let (right, down) = (23, 15)
        let source =
          switch orientation {
          case 2: (right - x, y)
          case 3: (right - x, down - y)
          case 4: (x, down - y)
          case 5: (y, x)
          case 6: (y, down - x)
          case 7: (right - y, down - x)
          case 8: (right - y, x)
          default: (x, y)
          }
        let (at, from) = ((y * upright.width + x) * 3, (source.1 * 24 + source.0) * 3)
        guard upright.pixels[at..<(at + 3)] == stored.pixels[from..<(from + 3)] else {
          Issue.record("orientation \(orientation), pixel \(x), \(y)")
          return
        }
      }
    }
  }

  @Test func `a TIFF's orientation counts too`() throws {
    let image = try decode(Make.tiff([274: .short(6)]))
    #expect(image.width == 16 && image.height == 24)
    #expect(Array(image.pixels.prefix(3)) == Make.color(0, 15))
  }

  @Test func `grey, 1 bit, 16 bits and palettes become RGB`() throws {
    let grey = (0..<16).map { y in (0..<24).map { x in UInt8(x * 10 + y) } }
    let greyPixels = grey.flatMap { $0 }.flatMap { [$0, $0, $0] }
    #expect(try decode(Make.png(colorType: 0, rows: grey)).pixels == greyPixels)
    let wide = grey.map { row in row.flatMap { [$0, 0x77] as [UInt8] } }
    #expect(try decode(Make.png(depth: 16, colorType: 0, rows: wide)).pixels == greyPixels)
    let color = (0..<16).map { y in (0..<24).flatMap { x in Make.color(x, y).flatMap { [$0, 0x10] as [UInt8] } } }
    #expect(try decode(Make.png(depth: 16, rows: color)).pixels == Make.pixels)

    let palette = Make.chunk("PLTE", [10, 20, 30, 200, 120, 80])
    let indices = (0..<16).map { _ in (0..<24).map { UInt8($0 % 2) } }
    let paletteImage = try decode(Make.png(colorType: 3, rows: indices, chunks: [palette]))
    #expect(Array(paletteImage.pixels.prefix(6)) == [10, 20, 30, 200, 120, 80])

    // 0 is white in photometric 0.
    let bits = Make.tiff(
      [258: .short(1), 262: .short(0), 277: .short(1)], data: Make.repeated([0xF0, 0, 0], 16))
    let bitImage = try decode(bits)
    #expect(Array(bitImage.pixels.prefix(15)) == [UInt8](repeating: 0, count: 12) + [255, 255, 255])
  }

  @Test func `what is transparent is white`() throws {
    func row(_ pixel: (Int) -> [UInt8]) -> [[UInt8]] { (0..<16).map { _ in (0..<24).flatMap(pixel) } }
    let rgba = try decode(Make.png(colorType: 6, rows: row { [200, 120, 80, $0 == 0 ? 0 : $0 == 1 ? 128 : 255] }))
    #expect(Array(rgba.pixels.prefix(3)) == [255, 255, 255])
    #expect(worst3(rgba.pixels, at: 1, [227, 187, 167]) <= 1)
    #expect(Array(rgba.pixels[6..<9]) == [200, 120, 80])
    let greyAlpha = try decode(Make.png(colorType: 4, rows: row { [60, $0 == 0 ? 0 : 255] }))
    #expect(Array(greyAlpha.pixels.prefix(6)) == [255, 255, 255, 60, 60, 60])
    let wide = try decode(
      Make.png(depth: 16, colorType: 6, rows: row { [200, 1, 120, 1, 80, 1] + ($0 == 0 ? [0, 0] : [255, 255]) }))
    #expect(Array(wide.pixels.prefix(6)) == [255, 255, 255, 200, 120, 80])
    let webP = try decode(Make.transparentWebP)
    #expect(Array(webP.pixels.prefix(3)) == [200, 120, 80])
    #expect(Array(webP.pixels.suffix(3)) == [255, 255, 255])
  }

  @Test func `a TIFF's further channel is alpha only when it says so`() throws {
    func tiff(_ extra: Int?, _ pixel: [UInt8]) -> [UInt8] {
      Make.tiff(
        [258: .short(8, 8, 8, 8), 277: .short(4), 338: extra.map { .short($0) }],
        data: Make.repeated(pixel, 384))
    }
    #expect(try Array(decode(tiff(0, [200, 120, 80, 0])).pixels.prefix(3)) == [200, 120, 80])
    #expect(try Array(decode(tiff(2, [200, 120, 80, 0])).pixels.prefix(3)) == [255, 255, 255])
    // Associated: half covered, colours already halved.
    #expect(try worst3(decode(tiff(1, [100, 60, 40, 128])).pixels, at: 0, [227, 187, 167]) <= 2)
  }

  private func worst3(_ pixels: [UInt8], at index: Int, _ expected: [Int]) -> Int {
    (0..<3).map { abs(Int(pixels[index * 3 + $0]) - expected[$0]) }.max() ?? .max
  }

  @Test func `CMYK is printed ink, which JPEG keeps inverted with and without Adobe's marker`() throws {
    let red = Array(try decode(Make.cmykJPEG).pixels.prefix(3))
    #expect(red[0] > 180 && red[1] < 80 && red[2] < 80)
    let withoutMarker = Array(Make.cmykJPEG.prefix(2) + Make.cmykJPEG.dropFirst(18))
    #expect(Array(try decode(withoutMarker).pixels.prefix(3)) == red)
    let tiff = Make.tiff(
      [258: .short(8, 8, 8, 8), 262: .short(5), 277: .short(4)], data: Make.repeated([255, 0, 0, 0], 384))
    let cyan = Array(try decode(tiff).pixels.prefix(3))
    #expect(cyan[0] < 80 && cyan[2] > 180)
  }

  @Test func `an embedded profile is used, in every format that can carry one`() throws {
    let profile = ColorProfiles.redAndBlueSwapped
    let tagged = [
      Make.jpeg(Make.jpeg, withSegment: 0xE2, Array("ICC_PROFILE".utf8) + [0, 1, 1] + profile),
      Make.png(chunks: [Make.chunk("iCCP", Array("swapped".utf8) + [0, 0] + Make.stored(profile))]),
      Make.tiff([34_675: HandmadeImages.Field(type: 7, values: profile.map { Int($0) })]),
    ]
    for bytes in tagged {
      let image = try decode(bytes)
      let corner = Array(image.pixels.suffix(3))  // (230, 225, 120) as stored
      #expect(abs(Int(corner[0]) - 120) < 25 && abs(Int(corner[2]) - 230) < 25, "\(corner)")
    }
  }

  @Test func `of an animation and of several pages the first picture is read`() throws {
    let first = try decode(Make.animatedWebP)
    #expect(first.pixels == Make.repeated([200, 120, 80], 384))
    #expect(try decode(Make.tiff { $0 }).pixels == Make.pixels)  // its second page is the first again, for ever
  }

  @Test func `oddities that leave the picture whole are let pass`() throws {
    for (name, bytes) in OddImages.all() {
      let image = try ImageDecoder.decode(bytes, name: name).image
      #expect(image.width == 24 && image.height == 16, "\(name)")
    }
  }

  @Test func `side by side, each file gets its own reason`() async throws {
    let files = try BrokenImages.all().filter { !$0.name.contains("bomb") } + OddImages.all()
    func outcome(_ file: (name: String, bytes: [UInt8])) -> String {
      do throws(ImageFault) {
        return try ImageDecoder.decode(file.bytes, name: file.name).image.digest.hexadecimal
      } catch {
        return error.description
      }
    }
    let alone = files.map(outcome)
    await withTaskGroup(of: [String].self) { group in
      for _ in 0..<4 { group.addTask { files.map(outcome) } }
      for await together in group { #expect(together == alone) }
    }
  }

  @Test func `names are shown without control characters`() {
    #expect(throws: ImageFault.empty(name: "a\nb")) { try ImageDecoder.decode([], name: "a\nb") }
    #expect(ImageFault.empty(name: "a\nb\u{1B}[31m").description == "a?b?[31m: the file is empty")
  }
}

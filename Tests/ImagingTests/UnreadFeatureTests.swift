import Imaging
import TestImages
import Testing

/// Valid files that are not read are told so, and not that they are damaged.
@Suite struct UnreadFeatureTests {
  private typealias Make = HandmadeImages

  private func description(_ bytes: [UInt8]) -> String {
    do throws(ImageFault) {
      _ = try ImageDecoder.decode(bytes, name: "a")
      return "read"
    } catch {
      return error.description
    }
  }

  private func jpeg(frame marker: UInt8, bits: UInt8 = 8) -> [UInt8] {
    var bytes = Make.jpeg
    let frame = Make.segment(0xC0, in: bytes)
    bytes[frame + 1] = marker
    bytes[frame + 4] = bits
    return bytes
  }

  @Test func `JPEGs of other kinds are named`() {
    #expect(description(jpeg(frame: 0xC1, bits: 12)) == "a: JPEG with 12-bit samples is not accepted")
    #expect(description(jpeg(frame: 0xC3)) == "a: JPEG with lossless compression is not accepted")
    #expect(description(jpeg(frame: 0xC5)) == "a: JPEG with hierarchical compression is not accepted")
    let words = "a: JPEG-LS is not accepted; use JPEG, PNG, WebP, TIFF or BMP"
    #expect(description(jpeg(frame: 0xF7)) == words)
    #expect(description([0xFF, 0xD8, 0xFF, 0xF7, 0, 11, 8, 0, 16, 0, 24, 1]) == words)
  }

  @Test(arguments: [(33_003, "JPEG 2000"), (34_712, "JPEG 2000"), (50_002, "JPEG XL"), (34_933, "PNG")])
  func `another format inside a TIFF is named`(compression: Int, name: String) {
    #expect(description(Make.tiff([259: .short(compression)])) == "a: TIFF with \(name) inside is not accepted")
  }

  @Test func `a JPEG of another kind inside a TIFF is named`() {
    func tiff(_ jpeg: [UInt8]) -> [UInt8] { Make.tiff([259: .short(7), 262: .short(6)], data: jpeg) }
    #expect(
      description(tiff(jpeg(frame: 0xC3))) == "a: TIFF with a JPEG with lossless compression inside is not accepted")
    #expect(
      description(tiff(jpeg(frame: 0xC1, bits: 12))) == "a: TIFF with a JPEG with 12-bit samples inside is not accepted"
    )
    #expect(description(tiff(jpeg(frame: 0xF7))) == "a: TIFF with JPEG-LS inside is not accepted")
    #expect(description(tiff(Make.jpeg)) == "read")
    let tile = Make.tiff(
      [
        259: .short(7), 262: .short(6), 273: nil, 278: nil, 279: nil, 322: .long(32), 323: .long(16), 324: .long(8),
        325: .long(Make.jpeg.count),
      ], data: jpeg(frame: 0xC3))
    #expect(description(tile) == "a: TIFF with a JPEG with lossless compression inside is not accepted")
  }

  @Test func `TIFFs of other colours and layouts are named`() {
    #expect(description(Make.tiff([262: .short(8)])) == "a: TIFF with CIELab colours is not accepted")
    #expect(description(Make.tiff([258: .short(12, 12, 12)])) == "a: TIFF with 12-bit samples is not accepted")
    let tiles = Make.tiff([
      273: nil, 278: nil, 279: nil, 284: .short(2), 322: .long(32), 323: .long(16), 324: .long(8, 8, 8),
      325: .long(512, 512, 512),
    ])
    #expect(description(tiles) == "a: TIFF with tiles of separate colour planes is not accepted")
  }

  @Test func `an iPhone's own PNG and a BMP's JPEG are named`() {
    let own = Make.pngMark + Make.chunk("CgBI", [0x50, 0, 0x20, 2]) + Make.png().dropFirst(8)
    #expect(
      description(own) == "a: PNG with Apple's private compression for iPhones (CgBI) is not accepted")
    #expect(description(Make.bmp(bits: 0, compression: 4)) == "a: BMP with a JPEG inside is not accepted")
    #expect(description(Make.bmp(bits: 0, compression: 5)) == "a: BMP with a PNG inside is not accepted")
  }
}

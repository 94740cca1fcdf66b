import Imaging
import TestImages
import Testing

/// Orientations outside EXIF: 6 turns 24 × 16 into 16 × 24, its first pixel from the lower left.
@Suite struct OrientationTests {
  private typealias Make = HandmadeImages

  private let attribute = Array("<x:xmpmeta><rdf:Description tiff:Orientation=\"6\"/></x:xmpmeta>".utf8)
  private let element = Array("<rdf:Description><tiff:Orientation>6</tiff:Orientation></rdf:Description>".utf8)
  private let mark = Array("http://ns.adobe.com/xap/1.0/\0".utf8)

  private func expectTurned(_ bytes: [UInt8], _ name: String) throws {
    let image = try ImageDecoder.decode(bytes, name: name).image
    #expect(image.width == 16 && image.height == 24, "\(name)")
    #expect(!ImageDecoder.isShownAlikeByBrowsers(bytes), "\(name)")
  }

  private func hexadecimal(_ bytes: [UInt8]) -> String {
    bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }

  @Test func `XMP turns a JPEG, a PNG and a WebP without EXIF`() throws {
    for packet in [attribute, element] {
      try expectTurned(Make.jpeg(Make.jpeg, withSegment: 0xE1, mark + packet), "jpeg")
      let keyword = Array("XML:com.adobe.xmp".utf8) + [0]
      try expectTurned(Make.png(chunks: [Make.chunk("iTXt", keyword + [0, 0, 0, 0] + packet)]), "png")
      try expectTurned(Make.png(chunks: [Make.chunk("iTXt", keyword + [1, 0, 0, 0] + Make.stored(packet))]), "packed")
      let canvas = Array("VP8X".utf8) + Make.littleEndian(10, 4) + [4, 0, 0, 0, 23, 0, 0, 15, 0, 0]
      let xmp = Array("XMP ".utf8) + Make.littleEndian(packet.count, 4) + packet + (packet.count % 2 == 0 ? [] : [0])
      let chunks = canvas + Make.losslessWebP[12...] + xmp
      try expectTurned(
        Array("RIFF".utf8) + Make.littleEndian(chunks.count + 4, 4) + Array("WEBP".utf8) + chunks, "webp")
    }
  }

  @Test func `EXIF in a PNG's old texts turns it`() throws {
    let exif = Make.exif(orientation: 6)
    let text = Array("\nexif\n      \(exif.count)\n\(hexadecimal(exif))\n".utf8)
    let keyword = Array("Raw profile type exif".utf8) + [0]
    try expectTurned(Make.png(chunks: [Make.chunk("tEXt", keyword + text)]), "tEXt")
    try expectTurned(Make.png(chunks: [Make.chunk("zTXt", keyword + [0] + Make.stored(text))]), "zTXt")
    let app1 = Array("Raw profile type APP1".utf8) + [0]
    try expectTurned(Make.png(chunks: [Make.chunk("zTXt", app1 + [0] + Make.stored(text))]), "APP1")
  }

  @Test func `EXIF wins where both speak`() throws {
    let both = Make.jpeg(
      Make.jpeg(Make.jpeg, withSegment: 0xE1, mark + attribute), withSegment: 0xE1, Make.exif(orientation: 3))
    let turned = try ImageDecoder.decode(both, name: "a").image
    let half = try ImageDecoder.decode(
      Make.jpeg(Make.jpeg, withSegment: 0xE1, Make.exif(orientation: 3)), name: "a"
    ).image
    #expect(turned == half)
  }

  @Test func `an orientation that is none turns nothing`() throws {
    for packet in ["tiff:Orientation=\"9\"", "tiff:Orientation=", "tiff:Orientation", "tiff:Orientation='x'"] {
      let image = try ImageDecoder.decode(
        Make.jpeg(Make.jpeg, withSegment: 0xE1, mark + Array(packet.utf8)), name: "a"
      ).image
      #expect(image.width == 24)
    }
  }
}

import Imaging
import TestImages
import Testing
import VisionLanguage

@Suite struct EncodingTests {
  @Test func `a PNG keeps every pixel, and the same picture has the same bytes`() throws {
    let image = try PixelImage(width: 24, height: 16, pixels: HandmadeImages.pixels)
    let bytes = try ImageEncoder.png(image)
    #expect(try ImageEncoder.png(image) == bytes)
    let decoded = try ImageDecoder.decode(bytes, name: "a.png")
    #expect(decoded.format == .png)
    #expect(decoded.image == image)
    let quick = try ImageEncoder.png(image, effort: .quick)
    #expect(try quick != bytes && ImageDecoder.decode(quick, name: "a.png").image == image)
    let text = String(decoding: bytes, as: Unicode.ASCII.self)
    for name in ["tEXt", "iTXt", "tIME", "iCCP", "eXIf"] { #expect(!text.contains(name)) }
  }

  @Test func `a JPEG is close, at most as large as its quality asks, and the same each time`() throws {
    let image = try PixelImage(width: 24, height: 16, pixels: HandmadeImages.pixels)
    let (low, high) = (try ImageEncoder.jpeg(image, quality: 10), try ImageEncoder.jpeg(image, quality: 95))
    #expect(low.count < high.count)
    #expect(try ImageEncoder.jpeg(image, quality: 95) == high)
    #expect(try ImageEncoder.jpeg(image, quality: 1_000) == ImageEncoder.jpeg(image, quality: 100))
    let decoded = try ImageDecoder.decode(high, name: "a.jpg").image
    #expect(zip(decoded.pixels, image.pixels).allSatisfy { abs(Int($0) - Int($1)) < 16 })
  }

  @Test func `a picture that JPEG cannot hold is an error`() throws {
    let long = try PixelImage(width: 70_000, height: 1, pixels: [UInt8](repeating: 0, count: 210_000))
    #expect(throws: ImageFault.notEncodable(format: .jpeg, width: 70_000, height: 1)) { try ImageEncoder.jpeg(long) }
  }
}

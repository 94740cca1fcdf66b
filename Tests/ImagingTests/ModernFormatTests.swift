import Imaging
import TestImages
import Testing
import VisionLanguage

/// HEIC, AVIF, JPEG 2000 and JPEG XL.
@Suite struct ModernFormatTests {
  private typealias Make = HandmadeImages

  private func decode(_ bytes: [UInt8]) throws -> PixelImage { try ImageDecoder.decode(bytes, name: "test").image }

  private func worst(_ image: PixelImage) -> Int {
    guard image.pixels.count == Make.pixels.count else { return .max }
    return zip(image.pixels, Make.pixels).map { abs(Int($0) - Int($1)) }.max() ?? .max
  }

  private func refusal(_ bytes: [UInt8]) -> String {
    do throws(ImageFault) {
      _ = try ImageDecoder.decode(bytes, name: "a")
      return "read"
    } catch {
      return error.description
    }
  }

  /// The bytes with a text in them replaced by another of the same length, once.
  private func with(_ bytes: [UInt8], _ old: [UInt8], _ new: [UInt8]) -> [UInt8] {
    guard let range = bytes.firstRange(of: old) else { return [] }
    return bytes.replacing(bytes[range], with: new, maxReplacements: 1)
  }

  private func u32(_ value: Int) -> [UInt8] { Make.bigEndian(value, 4) }

  @Test func `each of them gives the picture that the others give`() throws {
    for bytes in [ModernImages.jp2, ModernImages.codestream, ModernImages.heic, ModernImages.jxl] {
      #expect(try worst(decode(bytes)) <= 1)
    }
    #expect(try worst(decode(ModernImages.avif)) < 12)
    let formats: [ImageFormat] = [.jpeg2000, .heic, .avif, .jpegXL]
    let files = [ModernImages.jp2, ModernImages.heic, ModernImages.avif, ModernImages.jxl]
    #expect(try files.map { try ImageDecoder.decode($0, name: "x.png").format } == formats)
    #expect(Set(formats).isSubset(of: ImageDecoder.readableFormats))
  }

  @Test func `what is transparent is white, and a picture that lies on its side is turned`() throws {
    for bytes in [ModernImages.transparentJP2, ModernImages.transparentHEIC, ModernImages.transparentJXL] {
      let image = try decode(bytes)
      #expect(Array(image.pixels.prefix(3)).allSatisfy { $0 >= 250 })
      #expect(abs(Int(image.pixels[23 * 3]) - 230) < 16)
    }
    let turned = try decode(ModernImages.turnedAVIF)
    #expect(turned.width == 16 && turned.height == 24)
    // The lower left corner of the stored picture: (0, 15).
    #expect(zip(turned.pixels.prefix(3), Make.color(0, 15)).allSatisfy { abs(Int($0) - Int($1)) < 16 })
    #expect(try ImageDecoder.size(of: ModernImages.turnedAVIF, name: "a") == (16, 24))
  }

  @Test func `a file that is cut anywhere is refused, and never as a picture`() {
    for bytes in [ModernImages.jp2, ModernImages.codestream, ModernImages.heic, ModernImages.avif, ModernImages.jxl] {
      for length in stride(from: 16, to: bytes.count - 8, by: 7) {
        #expect(refusal(Array(bytes.prefix(length))) != "read", "\(length) of \(bytes.count)")
      }
    }
  }

  @Test func `sizes over the limits are refused by the header alone`() {
    let side = 40_000
    let words = "a: 40,000 × 40,000 pixels are too many; at most 100,000,000, and 65,535 on a side, are read"
    // A HEIC has the size of its coded picture, and a crop.
    for (bytes, size) in [(ModernImages.heic, u32(64) + u32(64)), (ModernImages.avif, u32(24) + u32(16))] {
      #expect(refusal(with(bytes, size, u32(side) + u32(side))) == words)
      #expect(
        refusal(with(bytes, size, u32(33_000) + u32(64)))
          == "a: \(bytes == ModernImages.heic ? "HEIC" : "AVIF") with more than 32,768 pixels on a side is not accepted"
      )
    }
    let codestream = with(ModernImages.codestream, u32(24) + u32(16), u32(side) + u32(side))
    #expect(refusal(with(codestream, u32(24) + u32(16), u32(side) + u32(side))) == words)
    // ISO 18181-1, D.2: height and width of 30 bits each, without a ratio.
    let bits = [0] + Self.bits(3, 2) + Self.bits(side - 1, 30) + [0, 0, 0] + Self.bits(3, 2) + Self.bits(side - 1, 30)
    #expect(refusal([0xFF, 0x0A] + Self.packed(bits + [1] + [Int](repeating: 0, count: 64))) == words)
  }

  private static func bits(_ value: Int, _ count: Int) -> [Int] { (0..<count).map { value >> $0 & 1 } }

  private static func packed(_ bits: [Int]) -> [UInt8] {
    stride(from: 0, to: bits.count, by: 8).map { start in
      bits[start..<min(start + 8, bits.count)].enumerated().reduce(0) { $0 | UInt8($1.element << $1.offset) }
    }
  }

  @Test func `what is not read of them is named`() {
    typealias Made = ModernImages
    // The colours' code in the file: 17 is JPEG 2000's grey; transfer 16 is H.273's PQ.
    #expect(
      refusal(with(Made.jp2, Array("colr".utf8) + [1, 0, 0] + u32(16), Array("colr".utf8) + [1, 0, 0] + u32(12)))
        == "a: JPEG 2000 with colours that are neither grey, RGB nor YCC is not accepted")
    let coded = Array("nclx".utf8) + [0, 1, 0, 13]
    #expect(
      refusal(with(Made.avif, coded, Array("nclx".utf8) + [0, 9, 0, 16]))
        == "a: AVIF with high dynamic range (PQ) is not accepted")
    #expect(refusal(with(Made.avif, Array("av01".utf8), Array("iovl".utf8))).contains("made of others"))
    #expect(
      refusal(with(Made.heic, Array("hvc1".utf8), Array("vvc1".utf8))) == "a: HEIC with VVC inside is not accepted")
    // The tile's size is the second of the two in a codestream; libvips would warn of it on standard error.
    let size = u32(24) + u32(16)
    let tiled = with(
      with(with(Made.codestream, size, u32(0) + u32(0)), size, u32(24) + u32(1 << 28)), u32(0) + u32(0), size)
    #expect(refusal(tiled) == "a: JPEG 2000 with a codestream of tiles of 24 × 268,435,456 pixels is not accepted")
    let header = with(Made.jp2, u32(16) + u32(24) + [0, 3], u32(17) + u32(24) + [0, 3])
    #expect(
      refusal(header)
        == "a: JPEG 2000 is damaged (its header says 24 × 17 pixels, and its codestream 24 × 16)")
  }
}

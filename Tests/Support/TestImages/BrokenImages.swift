import Foundation

/// Files that must be refused as unusable input with one line that names them.
package enum BrokenImages {
  package static func all() throws -> [(name: String, bytes: [UInt8])] {
    jpegs + pngs + webPs + tiffs + bmps + foreign
  }

  typealias Make = HandmadeImages
  typealias Files = [(name: String, bytes: [UInt8])]

  static func changed(_ bytes: [UInt8], at offset: Int, to new: [UInt8]) -> [UInt8] {
    var bytes = bytes
    guard offset >= 0, offset + new.count <= bytes.count else { return [] }
    bytes.replaceSubrange(offset..<(offset + new.count), with: new)
    return bytes
  }

  static func cuts(_ name: String, _ suffix: String, _ bytes: [UInt8], at lengths: [Int]) -> Files {
    lengths.map { ("\(name)-cut-at-\($0).\(suffix)", Array(bytes.prefix($0))) }
  }

  /// The same bytes every time (xorshift).
  package static func noise(_ count: Int, seed: UInt64 = 0x9E37_79B9_7F4A_7C15) -> [UInt8] {
    var state = seed
    return (0..<count).map { _ in
      state ^= state << 13
      state ^= state >> 7
      state ^= state << 17
      return UInt8(truncatingIfNeeded: state >> 24)
    }
  }

  // MARK: JPEG

  private static var jpegs: Files {
    let sound = Make.jpeg
    let frame = Make.segment(0xC0, in: sound)
    let tables = Make.segment(0xC4, in: sound)
    let scan = Make.segment(0xDA, in: sound)
    let scanData = scan + 2 + 12
    func sized(_ width: Int, _ height: Int) -> [UInt8] {
      changed(sound, at: frame + 5, to: Make.bigEndian(height, 2) + Make.bigEndian(width, 2))
    }
    return cuts("jpeg", "jpg", sound, at: [3, 4, 12, 60, frame + 3, frame + 12, tables + 30, scan, scan + 6])
      + cuts("jpeg", "jpg", sound, at: [scanData, scanData + 2, scanData + 10, sound.count - 12])
      + cuts("progressive-jpeg", "jpg", Make.progressiveJPEG, at: [250, 300, 350, 400, 500, 540])
      + cuts("cmyk-jpeg", "jpg", Make.cmykJPEG, at: [10, 100, 330, 345])
      + [
        ("jpeg-width-zero.jpg", sized(0, 16)),
        ("jpeg-height-zero.jpg", sized(24, 0)),
        ("jpeg-bomb.jpg", sized(65_535, 65_535)),
        ("jpeg-1x1.jpg", sized(1, 1)),
        ("jpeg-7x8.jpg", sized(7, 8)),
        ("jpeg-taller-than-its-data.jpg", sized(24, 4_096)),
        ("jpeg-wider-than-its-data.jpg", sized(2_048, 16)),
        ("jpeg-no-frame.jpg", Array(sound[..<frame] + sound[(frame + 19)...])),
        ("jpeg-two-frames.jpg", Array(sound[..<frame] + sound[frame..<(frame + 19)] + sound[frame...])),
        ("jpeg-no-quantisation.jpg", Array(sound[..<20] + sound[frame...])),
        ("jpeg-nine-components.jpg", changed(sound, at: frame + 9, to: [9])),
        ("jpeg-sampling-zero.jpg", changed(sound, at: frame + 11, to: [0])),
        ("jpeg-sixteen-bits.jpg", changed(sound, at: frame + 4, to: [16])),
        ("jpeg-lossless-frame.jpg", changed(sound, at: frame + 1, to: [0xC3])),
        ("jpeg-segment-of-length-zero.jpg", changed(sound, at: frame + 2, to: [0, 0])),
        ("jpeg-segment-too-long.jpg", changed(sound, at: tables + 2, to: [0xFF, 0xFF])),
        ("jpeg-huffman-counts.jpg", changed(sound, at: tables + 5, to: [UInt8](repeating: 0xFF, count: 16))),
        ("jpeg-huffman-data.jpg", changed(sound, at: scanData, to: Make.bigEndian(0x7FFF_7FFF_7FFF, 6))),
        ("jpeg-end-first.jpg", [0xFF, 0xD8, 0xFF, 0xD9]),
        ("jpeg-end-in-the-scan.jpg", changed(sound, at: scanData + 4, to: [0xFF, 0xD9])),
        ("jpeg-mark-and-noise.jpg", [0xFF, 0xD8, 0xFF] + noise(500)),
        ("jpeg-header-and-noise.jpg", Array(sound[..<scanData]) + noise(60)),
      ]
  }

  // MARK: PNG

  private static var pngs: Files {
    let sound = Make.png()
    let data = 33 + 8
    let grey = (0..<16).map { _ in [UInt8](repeating: 99, count: 24) }
    return cuts("png", "png", sound, at: [8, 20, 32, 33, 37, data, data + 9, 600, sound.count - 16])
      + cuts("png", "png", sound, at: [sound.count - 12, sound.count - 5])
      + [
        ("png-width-zero.png", Make.png(width: 0)),
        ("png-height-zero.png", Make.png(height: 0)),
        ("png-bomb.png", Make.png(width: 50_000, height: 50_000)),
        ("png-width-beyond-31-bits.png", Make.png(width: 0xFFFF_FFFF)),
        ("png-wide.png", Make.png(width: 100_000, height: 8)),
        ("png-1x1.png", Make.png(width: 1, height: 1, rows: [[1, 2, 3]])),
        ("png-7x8.png", Make.png(width: 7, height: 8, rows: (0..<8).map { _ in [UInt8](repeating: 9, count: 21) })),
        ("png-header-crc.png", changed(sound, at: 29, to: [1, 2, 3, 4])),
        ("png-data-crc.png", changed(sound, at: sound.count - 16, to: [1, 2, 3, 4])),
        ("png-zlib.png", pngWithData([0x78, 0x01, 0xFF] + noise(80))),
        ("png-zlib-empty.png", pngWithData([])),
        ("png-zlib-stored-length.png", pngWithData([0x78, 0x01, 0x01, 0x10, 0, 0x10, 0] + noise(16))),
        ("png-rows-missing.png", Make.png(rows: Array(repeating: [UInt8](repeating: 1, count: 72), count: 9))),
        ("png-filter.png", pngWithData(Make.stored([UInt8](repeating: 77, count: 16 * 73)))),
        ("png-depth-7.png", Make.png(depth: 7)),
        ("png-colour-type-5.png", Make.png(colorType: 5)),
        ("png-interlace-9.png", Make.png(interlace: 9)),
        ("png-palette-missing.png", Make.png(colorType: 3, rows: grey)),
        ("png-no-data.png", Make.pngMark + sound[8..<33] + Make.chunk("IEND", [])),
        ("png-chunk-too-long.png", changed(sound, at: 33, to: [0x7F, 0xFF, 0xFF, 0xFF])),
        ("png-chunk-name.png", changed(sound, at: 37, to: [0, 1, 2, 3])),
        ("png-unknown-critical-chunk.png", Make.png(chunks: [Make.chunk("ABCD", [1])])),
        ("png-mark-and-noise.png", Make.pngMark + noise(500)),
        ("png-mark.png", Make.pngMark),
      ]
  }

  private static func pngWithData(_ data: [UInt8]) -> [UInt8] {
    Array(Make.png()[..<33]) + Make.chunk("IDAT", data) + Make.chunk("IEND", [])
  }

  // MARK: WebP

  private static var webPs: Files {
    let (lossy, lossless, animated) = (Make.lossyWebP, Make.losslessWebP, Make.animatedWebP)
    func riff(_ chunks: [UInt8]) -> [UInt8] {
      Array("RIFF".utf8) + Make.littleEndian(chunks.count + 4, 4) + Array("WEBP".utf8) + chunks
    }
    /// Cut, but with a container that says that this is all.
    func shortened(_ bytes: [UInt8], to count: Int) -> [UInt8] {
      let data = Array(bytes[20..<count])
      return riff(Array(bytes[12..<16]) + Make.littleEndian(data.count, 4) + data + (data.count % 2 == 0 ? [] : [0]))
    }
    let canvas = Array("VP8X".utf8) + Make.littleEndian(10, 4) + [0, 0, 0, 0]
    return cuts("lossy-webp", "webp", lossy, at: [12, 16, 20, 25, 29, 60, lossy.count - 2])
      + cuts("lossless-webp", "webp", lossless, at: [12, 22, 40, lossless.count - 1])
      + cuts("animated-webp", "webp", animated, at: [30, 60, 100, 140])
      + [
        ("webp-short-lossy-data.webp", shortened(lossy, to: 60)),
        ("webp-short-lossless-data.webp", shortened(lossless, to: 32)),
        ("webp-size-too-large.webp", changed(lossy, at: 4, to: [0xFF, 0xFF, 0xFF, 0x7F])),
        ("webp-size-too-small.webp", changed(lossy, at: 4, to: [4, 0, 0, 0])),
        ("webp-chunk-too-long.webp", changed(lossy, at: 16, to: [0xFF, 0xFF, 0xFF, 0x7F])),
        ("webp-width-zero.webp", changed(lossy, at: 26, to: [0, 0])),
        ("webp-bomb.webp", riff(canvas + Make.littleEndian(0x00FF_FFFF, 3) + Make.littleEndian(0x00FF_FFFF, 3))),
        ("webp-lossless-bomb.webp", changed(lossless, at: 21, to: [0xFF, 0xFF, 0xFF, 0x0F])),
        ("webp-lossy-bomb.webp", changed(lossy, at: 26, to: [0xFF, 0x3F, 0xFF, 0x3F])),
        ("webp-canvas-only.webp", riff(canvas + [23, 0, 0, 15, 0, 0])),
        ("webp-canvas-of-another-size.webp", riff(canvas + [63, 0, 0, 63, 0, 0] + lossless[12...])),
        ("webp-start-code.webp", changed(lossy, at: 23, to: [0, 0, 0])),
        ("webp-lossless-signature.webp", changed(lossless, at: 20, to: [0x30])),
        ("webp-lossless-noise.webp", changed(lossless, at: 25, to: noise(29))),
        ("webp-unknown-first-chunk.webp", changed(lossy, at: 12, to: Array("ABCD".utf8))),
        ("webp-1x1.webp", changed(lossy, at: 26, to: [1, 0, 1, 0])),
        ("webp-mark-and-noise.webp", riff(noise(400))),
      ]
  }

  // MARK: Other people's formats

  private static var foreign: Files {
    func starting(_ text: String, _ rest: [UInt8] = []) -> [UInt8] { Array(text.utf8) + rest }
    return [
      ("empty.jpg", []),
      ("one-byte.png", [0x89]),
      ("noise.jpg", noise(4_096)),
      ("zeros.tif", [UInt8](repeating: 0, count: 4_096)),
      ("text.jpg", starting("Dear colleague, please find the lesion attached.\n")),
      ("bmp-text.bmp", starting("BMW is a maker of cars and motorcycles, not a picture.")),
      ("page.png", starting("<!DOCTYPE html><html><body>404</body></html>")),
      ("drawing.svg", starting("<?xml version=\"1.0\"?><svg xmlns=\"http://www.w3.org/2000/svg\"/>")),
      ("entity.jpg", starting("<!DOCTYPE x [<!ENTITY a SYSTEM \"file:///etc/passwd\">]><svg>&a;</svg>")),
      ("lesion.gif", starting("GIF89a", [24, 0, 16, 0, 0x80, 0, 0, 0, 0, 0, 255, 255, 255, 0x3B])),
      ("gif-named.jpg", starting("GIF87a", [24, 0, 16, 0, 0, 0, 0, 0x3B])),
      ("report.pdf", starting("%PDF-1.7\n%âãÏÓ\n")),
      ("page.ps", starting("%!PS-Adobe-3.0\n")),
      ("photo.heic", [0, 0, 0, 24] + starting("ftypheic", [0, 0, 0, 0]) + starting("mif1heic")),
      ("photo.avif", [0, 0, 0, 24] + starting("ftypavif", [0, 0, 0, 0]) + starting("mif1avif")),
      ("film.mp4", [0, 0, 0, 24] + starting("ftypisom", [0, 0, 2, 0]) + starting("isommp42")),
      ("photo.jxl", [0xFF, 0x0A] + noise(64)),
      ("photo.jp2", [0, 0, 0, 12] + starting("jP  ", [0x0D, 0x0A, 0x87, 0x0A])),
      ("scan.dcm", [UInt8](repeating: 0, count: 128) + starting("DICM", noise(64))),
      ("photo.cr2", [0x49, 0x49, 42, 0, 16, 0, 0, 0] + starting("CR", noise(64))),
      ("layers.psd", starting("8BPS", noise(64))),
      ("icon.ico", [0, 0, 1, 0, 1, 0] + noise(64)),
      ("plain.ppm", starting("P6\n24 16\n255\n", noise(1_152))),
      ("archive.zip", [0x50, 0x4B, 3, 4] + noise(64)),
      ("packed.gz", [0x1F, 0x8B, 8, 0] + noise(64)),
      ("script.msl", starting("<?xml version=\"1.0\"?><image><read filename=\"/etc/passwd\"/></image>")),
      ("list.mvg", starting("push graphic-context\nimage over 0,0 0,0 'https://example.com/x'\n")),
      ("at.jpg", starting("@/etc/passwd")),
      ("native.v", [0x08, 0xF2, 0xA6, 0xB6] + noise(64)),
    ]
  }
}

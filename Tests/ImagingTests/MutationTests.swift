import Faults
import Imaging
import TestImages
import Testing

/// Small sound files with a few bytes changed, cut or doubled: any outcome but a crash, and every fault in one line.
@Suite struct MutationTests {
  private static let sound: [(name: String, bytes: [UInt8])] = [
    ("baseline.jpg", HandmadeImages.jpeg), ("progressive.jpg", HandmadeImages.progressiveJPEG),
    ("colour.png", HandmadeImages.png()),
    ("lossy.webp", HandmadeImages.lossyWebP), ("lossless.webp", HandmadeImages.losslessWebP),
    ("animated.webp", HandmadeImages.animatedWebP), ("colour.tif", HandmadeImages.tiff()),
    ("true.bmp", HandmadeImages.bmp()),
    (
      "runs.bmp",
      HandmadeImages.bmp(
        bits: 8, compression: 1, palette: [[1, 2, 3, 0], [4, 5, 6, 0]],
        data: HandmadeImages.repeated([20, 1, 0, 4, 0, 1, 0, 1, 0, 0], 16) + [0, 1])
    ),
  ]

  private static let modern: [(name: String, bytes: [UInt8])] = [
    ("a.jp2", ModernImages.transparentJP2), ("a.j2k", ModernImages.codestream),
    ("a.heic", ModernImages.transparentHEIC),
    ("a.avif", ModernImages.avif), ("a.jxl", ModernImages.transparentJXL),
  ]

  // `scripts/fuzz-images.sh` tries more, of larger files.
  @Test(arguments: modern.indices) func `no change of bytes of a modern format ends in a crash`(index: Int) {
    Self.check(Self.modern[index], rounds: 300, seed: UInt64(index) + 20_300)
  }

  // Converting CMYK takes 30 ms, so fewer of these.
  @Test func `no change of bytes of a CMYK JPEG ends in a crash`() {
    Self.check(("cmyk.jpg", HandmadeImages.cmykJPEG), rounds: 100, seed: 20_259)
  }

  @Test(arguments: sound.indices) func `no change of bytes ends in a crash`(index: Int) {
    Self.check(Self.sound[index], rounds: 2_000, seed: UInt64(index) + 20_260)
  }

  private static func check(_ file: (name: String, bytes: [UInt8]), rounds: Int, seed: UInt64) {
    let (name, bytes) = file
    var random = SplitMix(state: seed)
    var read = 0
    for _ in 0..<rounds {
      let changed = mutated(bytes, &random)
      do throws(ImageFault) {
        _ = try ImageDecoder.decode(changed, name: name)
        read += 1
      } catch {
        guard error.kind == .unusableInput, !error.description.contains(where: { $0.isNewline }) else {
          Issue.record("\(error)")
          return
        }
      }
    }
    #expect(read < rounds)
  }

  private static func mutated(_ bytes: [UInt8], _ random: inout SplitMix) -> [UInt8] {
    var bytes = bytes
    switch Int.random(in: 0..<8, using: &random) {
    case 0: bytes = Array(bytes.prefix(Int.random(in: 0...bytes.count, using: &random)))
    case 1:
      let start = Int.random(in: 0..<bytes.count, using: &random)
      bytes.removeSubrange(start..<min(bytes.count, start + Int.random(in: 1...16, using: &random)))
    default:
      for _ in 0..<Int.random(in: 1...4, using: &random) {
        let at = Int.random(in: 0..<bytes.count, using: &random)
        bytes[at] =
          Bool.random(using: &random)
          ? bytes[at] ^ 1 << UInt8.random(in: 0..<8, using: &random)
          : [0, 255, 127, 128].randomElement(using: &random) ?? 0
      }
    }
    return withRightChecksums(bytes)
  }

  /// A PNG's checksums are set right, or libpng would look no further.
  private static func withRightChecksums(_ bytes: [UInt8]) -> [UInt8] {
    var bytes = bytes
    guard bytes.starts(with: HandmadeImages.pngMark) else { return bytes }
    var offset = 8
    while offset + 12 <= bytes.count {
      let length = bytes[offset..<(offset + 4)].reduce(0) { $0 << 8 | Int($1) }
      guard offset + 12 + length <= bytes.count else { break }
      let crc = HandmadeImages.crc32(Array(bytes[(offset + 4)..<(offset + 8 + length)]))
      bytes.replaceSubrange(
        (offset + 8 + length)..<(offset + 12 + length), with: HandmadeImages.bigEndian(Int(crc), 4))
      offset += 12 + length
    }
    return bytes
  }

  private struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
      state &+= 0x9E37_79B9_7F4A_7C15
      var mixed = (state ^ state >> 30) &* 0xBF58_476D_1CE4_E5B9
      mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
      return mixed ^ mixed >> 31
    }
  }
}

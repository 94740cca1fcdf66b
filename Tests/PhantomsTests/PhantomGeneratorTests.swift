import Testing
import VisionLanguage

@testable import Phantoms

@Suite struct PhantomGeneratorTests {
  @Test func `the same seed and index give the same bytes and the same truth`() {
    let one = PhantomGenerator(seed: 7).phantom(3, width: 96, height: 72)
    let other = PhantomGenerator(seed: 7).phantom(3, width: 96, height: 72)
    #expect(one.image == other.image)
    #expect(one.truth == other.truth)
  }

  @Test func `another index, another seed and another size give another picture`() {
    let generator = PhantomGenerator(seed: 7)
    let picture = generator.phantom(3, width: 64, height: 48).image
    #expect(picture != generator.phantom(4, width: 64, height: 48).image)
    #expect(picture != PhantomGenerator(seed: 8).phantom(3, width: 64, height: 48).image)
    #expect(picture.pixels != generator.phantom(3, width: 48, height: 64).image.pixels)
  }

  // Recorded on x86-64 Linux. Whoever changes how phantoms look changes these, knowingly: committed weights and
  // measurements were made with the old ones.
  @Test(arguments: [
    (UInt64(1), 0, 96, 72, UInt64(1_361_085_380_514_149_280)),
    (UInt64(1), 1, 96, 72, UInt64(3_342_236_959_670_477_103)),
    (UInt64(42), 10, 80, 80, UInt64(14_298_150_849_579_000_604)),
    (UInt64.max, 1_000_003, 100, 60, UInt64(5_432_674_518_807_905_133)),
    (UInt64(3), 5, 240, 180, UInt64(41_930_508_822_844_553)),
  ])
  func `a phantom keeps the bytes that were recorded for it`(
    seed: UInt64, index: Int, width: Int, height: Int, recorded: UInt64
  ) {
    let image = PhantomGenerator(seed: seed).phantom(index, width: width, height: height).image
    #expect(fingerprint(image.pixels) == recorded)
  }

  @Test func `each four in a row hold each code once`() {
    for seed in [UInt64(0), 1, 99] {
      let generator = PhantomGenerator(seed: seed)
      for block in 0..<50 {
        #expect(Set((0..<4).map { generator.code(of: block * 4 + $0) }).count == 4)
      }
    }
  }

  @Test func `codes come in no fixed order`() {
    let generator = PhantomGenerator(seed: 5)
    #expect(Set((0..<40).map { generator.code(of: $0 * 4) }).count == 4)
  }

  @Test(arguments: [
    (0, 0), (-5, 1), (1, 1), (32, 32), (33, 500), (500, 32), (Int.min, Int.min),
  ])
  func `a size out of bounds is moved to the nearest side allowed`(width: Int, height: Int) {
    let image = PhantomGenerator(seed: 2).phantom(1, width: width, height: height).image
    #expect(image.width == max(32, width))
    #expect(image.height == max(32, height))
    #expect(image.pixels.count == image.width * image.height * 3)
  }

  @Test func `a side above the largest is held to it`() {
    let image = PhantomGenerator(seed: 2).phantom(1, width: .max, height: 32).image
    #expect(image.width == 4096)
    #expect(image.height == 32)
  }

  @Test(arguments: [UInt64.min, .max, 1 << 63], [Int.min, -1, 0, .max])
  func `no seed and no index is too strange`(seed: UInt64, index: Int) {
    let phantom = PhantomGenerator(seed: seed).phantom(index, width: 40, height: 32)
    #expect(["MEL", "NV", "BCC", "BKL"].contains(phantom.truth.code))
  }

  @Test func `a picture is neither empty nor flat`() {
    for index in 0..<4 {
      let pixels = PhantomGenerator(seed: 21).phantom(index, width: 64, height: 48).image.pixels
      #expect(Set(pixels).count > 40)
    }
  }
}

/// FNV-1a, 64 bits.
func fingerprint(_ bytes: [UInt8]) -> UInt64 {
  bytes.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x0000_0100_0000_01B3 }
}

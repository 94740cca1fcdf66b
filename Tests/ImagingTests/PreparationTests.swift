import Digests
import Imaging
import TestImages
import Testing
import VisionLanguage

@Suite struct PreparationTests {
  private let image: PixelImage

  init() throws {
    image = try PixelImage(width: 24, height: 16, pixels: HandmadeImages.pixels)
  }

  // SHA-256 of Pillow 13.0's bytes: resize((w, 16), LANCZOS), resize((w, h), LANCZOS), ImageEnhance.Contrast.
  @Test(arguments: [
    (7, 5, 1.4, "f343b4312b010ee5406b6828064ef1d6bc1a0bc8121b4666b086d17730a61872"),
    (224, 224, 1.4, "cafc032672a35ca5f8562fb2285a3d239f63f3f3a2bed0a0998eba7565702532"),
    (896, 896, 1, "04466bcb6129290728c74af1072a00eee5716cf9b7487fc9d20917674ac03b33"),
    (24, 40, 1, "4210f8da0129b9409220c011e1195af687355ce8145acd9a0f0d6623b409d6a8"),
    (50, 16, 0.5, "f314c876887cc55dc68ca3b4510ab559c8afe3867c4fa6fbb5b1bda346575b0d"),
    (1, 1, 1, "75ed0743f1afb4b99a5d8ce8b2e081f04b29687cd11e87bdf002e79b0b302223"),
    (9, 300, 3, "f45f91fa798ae792e0775cbeb821ff9814799ca26ecfc1f43d0c038e6056eda8"),
  ])
  func `the bytes are Pillow's`(width: Int, height: Int, contrast: Double, digest: String) throws {
    let prepared = try ImagePreparer.prepare(
      image, as: .resize(width: width, height: height, contrast: contrast), nativeSide: 1)
    #expect(prepared.width == width && prepared.height == height)
    #expect(SHA256Digest(of: prepared.pixels).hexadecimal == digest)
  }

  @Test func `native is the projector's square, and nothing else`() throws {
    let native = try ImagePreparer.prepare(image, as: .native, nativeSide: 64)
    #expect(try native == ImagePreparer.stretch(image, toSide: 64))
    #expect(try native == ImagePreparer.prepare(image, as: .resize(width: 64, height: 64, contrast: 1), nativeSide: 0))
  }

  @Test func `a picture of the right size stays as it is`() throws {
    let same = try ImagePreparer.prepare(image, as: .resize(width: 24, height: 16, contrast: 1), nativeSide: 0)
    #expect(same == image)
  }

  @Test func `a flat picture stays flat at any size`() throws {
    let flat = try PixelImage(
      width: 31, height: 9, pixels: HandmadeImages.repeated([200, 3, 255], 31 * 9))
    for (width, height) in [(1, 1), (7, 100), (100, 7), (224, 224)] {
      let resized = try ImagePreparer.prepare(
        flat, as: .resize(width: width, height: height, contrast: 1), nativeSide: 0)
      #expect(resized.pixels == HandmadeImages.repeated([200, 3, 255], width * height))
    }
  }

  @Test(arguments: [0, -5, 8_193, Int.max, Int.min]) func `a side that makes no sense is refused`(side: Int) {
    #expect(throws: ImageFault.preparedSizeNotAccepted(width: side, height: side)) {
      try ImagePreparer.stretch(image, toSide: side)
    }
    #expect(throws: ImageFault.preparedSizeNotAccepted(width: side, height: 8)) {
      try ImagePreparer.prepare(image, as: .resize(width: side, height: 8, contrast: 1), nativeSide: 8)
    }
  }

  @Test(arguments: [-0.1, Double.infinity, Double.nan, 101]) func `a contrast that makes no sense is refused`(
    contrast: Double
  ) {
    #expect(throws: ImageFault.self) {
      try ImagePreparer.prepare(image, as: .resize(width: 8, height: 8, contrast: contrast), nativeSide: 8)
    }
  }

  @Test func `a contrast of 0 is the mean grey, and a high one is clipped`() throws {
    let flat = try ImagePreparer.prepare(image, as: .resize(width: 24, height: 16, contrast: 0), nativeSide: 0)
    #expect(Set(flat.pixels).count == 1)
    let hard = try ImagePreparer.prepare(image, as: .resize(width: 24, height: 16, contrast: 100), nativeSide: 0)
    #expect(hard.pixels.contains(0) && hard.pixels.contains(255))
  }
}

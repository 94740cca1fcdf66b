import Testing
import VisionLanguage

@Suite struct PixelImageTests {
  @Test func `bytes that do not fit the size are refused`() {
    #expect(throws: PixelImageFault.self) { try PixelImage(width: 2, height: 2, pixels: [0, 0, 0]) }
    #expect(throws: PixelImageFault.self) { try PixelImage(width: 0, height: 2, pixels: []) }
  }

  @Test func `the same bytes in another shape are another picture`() throws {
    let wide = try PixelImage(width: 2, height: 1, pixels: [1, 2, 3, 4, 5, 6])
    let tall = try PixelImage(width: 1, height: 2, pixels: [1, 2, 3, 4, 5, 6])
    #expect(wide.digest != tall.digest)
    #expect(try wide.digest == PixelImage(width: 2, height: 1, pixels: [1, 2, 3, 4, 5, 6]).digest)
  }
}

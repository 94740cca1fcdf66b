import TestImages

/// Files with something wrong beside the picture, which itself is whole: 24 × 16 pixels.
enum OddImages {
  private typealias Make = HandmadeImages

  static func all() -> [(name: String, bytes: [UInt8])] {
    let noise = BrokenImages.noise(300)
    let icc = Array("ICC_PROFILE".utf8) + [0, 1, 1]
    let bomb = [0x78, 0x9C] + Make.deflatedZeros(repeats: 40_000)  // 10 MB
    var unequal = Make.bmp(
      bits: 8, palette: [[1, 2, 3, 0]], rows: Array(repeating: .init(repeating: 0, count: 24), count: 16))
    unequal.replaceSubrange(46..<50, with: [0xFF, 0xFF, 0xFF, 0xFF])
    let oneBit = Make.bmp(
      bits: 1, palette: [[1, 2, 3, 0], [4, 5, 6, 0]], rows: Array(repeating: [1, 2, 3], count: 16))
    let jpeg = Make.jpeg
    let stray = jpeg.dropLast(2) + [0x12, 0x34, 0x56, 0xFF, 0xD9]
    return [
      ("exif-noise.jpg", Make.jpeg(jpeg, withSegment: 0xE1, Array("Exif".utf8) + [0, 0] + noise)),
      ("exif-directory-outside.jpg", Make.jpeg(jpeg, withSegment: 0xE1, Array(Make.exif(orientation: 6).prefix(14)))),
      ("exif-orientation-9.jpg", Make.jpeg(jpeg, withSegment: 0xE1, Make.exif(orientation: 9))),
      ("exif-orientation-0.jpg", Make.jpeg(jpeg, withSegment: 0xE1, Make.exif(orientation: 0))),
      ("exif-noise.png", Make.png(chunks: [Make.chunk("eXIf", noise)])),
      ("profile-noise.jpg", Make.jpeg(jpeg, withSegment: 0xE2, icc + noise)),
      ("profile-empty.jpg", Make.jpeg(jpeg, withSegment: 0xE2, icc)),
      ("profile-cut.jpg", Make.jpeg(jpeg, withSegment: 0xE2, icc + ColorProfiles.redAndBlueSwapped.prefix(200))),
      ("profile-parts-missing.jpg", Make.jpeg(jpeg, withSegment: 0xE2, Array("ICC_PROFILE".utf8) + [0, 1, 3] + noise)),
      ("profile-for-grey.jpg", Make.jpeg(jpeg, withSegment: 0xE2, icc + ColorProfiles.grey)),
      ("profile-noise.png", Make.png(chunks: [Make.chunk("iCCP", [65, 0, 0] + Make.stored(noise))])),
      ("profile-bomb.png", Make.png(chunks: [Make.chunk("iCCP", [65, 0, 0] + bomb)])),
      ("profile-noise.tif", Make.tiff([34_675: HandmadeImages.Field(type: 7, values: noise.map { Int($0) })])),
      ("text-bomb.png", Make.png(chunks: [Make.chunk("zTXt", [65, 0, 0] + bomb)])),
      ("text-without-end.png", Make.png(chunks: [Make.chunk("tEXt", [65, 66])])),
      ("xmp-noise.jpg", Make.jpeg(jpeg, withSegment: 0xE1, Array("http://ns.adobe.com/xap/1.0/".utf8) + [0] + noise)),
      ("trailing.jpg", jpeg + noise),
      ("trailing.png", Make.png() + noise),
      ("trailing.webp", Make.losslessWebP + noise),
      ("trailing.bmp", Make.bmp() + noise),
      ("stray-bytes.jpg", Array(stray)),
      ("directory-loop.tif", Make.tiff { $0 }),
      ("next-directory-outside.tif", Make.tiff { _ in 0x7FFF_FFFF }),
      ("strip-too-short-by-its-count.tif", Make.tiff([279: .long(100)])),
      ("unknown-field.tif", Make.tiff([59_932: .long(1)])),
      ("padding-missing.bmp", oneBit.dropLast()),
      ("palette-count-huge.bmp", unequal),
      ("lying-name.gif", Make.png()),
    ]
  }
}

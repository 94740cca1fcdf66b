extension BrokenImages {
  static var tiffs: Files {
    let sound = Make.tiff()
    func with(_ tag: Int, _ field: HandmadeImages.Field?) -> [UInt8] { Make.tiff([tag: field]) }
    return cuts("tiff", "tif", sound, at: [4, 6, 8, 500, sound.count - 120, sound.count - 60, sound.count - 6])
      + [
        ("tiff-directory-outside.tif", changed(sound, at: 4, to: [0xFF, 0xFF, 0xFF, 0xFF])),
        ("tiff-directory-in-the-header.tif", changed(sound, at: 4, to: [0, 0, 0, 0])),
        ("tiff-directory-in-the-pixels.tif", changed(sound, at: 4, to: [0x40, 0, 0, 0])),
        ("tiff-width-zero.tif", with(256, .short(0))),
        ("tiff-height-zero.tif", with(257, .short(0))),
        ("tiff-bomb.tif", Make.tiff([256: .long(0xFFFF_FFFF), 257: .long(0xFFFF_FFFF)])),
        ("tiff-bomb-without-strips.tif", Make.tiff([256: .long(60_000), 257: .long(60_000), 273: nil])),
        ("tiff-wide.tif", with(256, .long(70_000))),
        ("tiff-1x1.tif", Make.tiff([256: .short(1), 257: .short(1)])),
        ("tiff-7x8.tif", Make.tiff([256: .short(7), 257: .short(8)])),
        ("tiff-width-missing.tif", with(256, nil)),
        ("tiff-strips-missing.tif", with(273, nil)),
        ("tiff-strip-outside.tif", with(273, .long(0x7FFF_FFFF))),
        ("tiff-strip-too-long.tif", with(279, .long(0xFFFF_FFFF))),
        ("tiff-strips-too-few.tif", with(278, .short(1))),
        ("tiff-rows-per-strip-zero.tif", with(278, .short(0))),
        ("tiff-strip-count-huge.tif", tiffWithCount(of: 273, 0xFFFF_FFFF)),
        ("tiff-bit-counts-huge.tif", tiffWithCount(of: 258, 0x7FFF_FFFF)),
        ("tiff-channels-zero.tif", with(277, .short(0))),
        ("tiff-channels-60000.tif", with(277, .short(60_000))),
        ("tiff-bits-0.tif", with(258, .short(0, 0, 0))),
        ("tiff-bits-13.tif", with(258, .short(13, 13, 13))),
        ("tiff-bits-that-differ.tif", with(258, .short(8, 16, 1))),
        ("tiff-floating-point.tif", Make.tiff([258: .short(32, 32, 32), 339: .short(3, 3, 3)], data: noise(4_608))),
        ("tiff-signed.tif", with(339, .short(2, 2, 2))),
        ("tiff-compression-unknown.tif", with(259, .short(9_999))),
        ("tiff-ycbcr.tif", with(262, .short(6))),
        ("tiff-cielab.tif", with(262, .short(8))),
        ("tiff-photometric-unknown.tif", with(262, .short(77))),
        ("tiff-palette-missing.tif", Make.tiff([258: .short(8), 262: .short(3), 277: .short(1)])),
        ("tiff-lzw-noise.tif", Make.tiff([259: .short(5)], data: noise(600))),
        ("tiff-deflate-noise.tif", Make.tiff([259: .short(8)], data: noise(600))),
        ("tiff-deflate-bomb.tif", tiffBomb),
        ("tiff-jpeg-noise.tif", Make.tiff([259: .short(7)], data: [0xFF, 0xD8] + noise(600))),
        ("tiff-tiles-huge.tif", tiled(60_000, 60_000)),
        ("tiff-tiles-zero.tif", tiled(0, 16)),
        ("tiff-tile-outside.tif", tiled(32, 16, offset: 99_999)),
        ("tiff-preview.tif", with(254, .long(1))),
        ("photo.dng", with(50_706, HandmadeImages.Field(type: 1, values: [1, 4, 0, 0]))),
        ("tiff-text-for-a-width.tif", with(256, HandmadeImages.Field(type: 2, values: [65, 66, 0]))),
        ("bigtiff-offset-size.tif", [0x49, 0x49, 43, 0, 7, 0, 0, 0] + noise(64)),
        ("bigtiff-directory-outside.tif", [0x49, 0x49, 43, 0, 8, 0, 0, 0] + [UInt8](repeating: 0xFF, count: 16)),
        ("bigtiff-entries-huge.tif", [0x49, 0x49, 43, 0, 8, 0, 0, 0, 16, 0, 0, 0, 0, 0, 0, 0] + noise(64)),
        ("tiff-mark-and-noise.tif", [0x49, 0x49, 42, 0] + noise(500)),
        ("tiff-mark.tif", [0x4D, 0x4D, 0, 42]),
      ]
  }

  private static func tiffWithCount(of tag: Int, _ count: Int) -> [UInt8] {
    var file = Make.tiff()
    let entries = file.count - 4 - 9 * 12
    for entry in stride(from: entries, to: file.count - 4, by: 12)
    where Int(file[entry]) | Int(file[entry + 1]) << 8 == tag {
      file = changed(file, at: entry + 4, to: Make.littleEndian(count, 4))
    }
    return file
  }

  /// 100,001 columns of zeros that 26 kB unpack to.
  private static var tiffBomb: [UInt8] {
    Make.tiff(
      [256: .long(60_000), 257: .long(60_000), 259: .short(8), 278: .long(60_000)],
      data: [0x78, 0x01] + Make.deflatedZeros(repeats: 4_000))
  }

  private static func tiled(_ width: Int, _ height: Int, offset: Int = 8) -> [UInt8] {
    Make.tiff([
      273: nil, 278: nil, 279: nil, 322: .long(width), 323: .long(height), 324: .long(offset), 325: .long(1_152),
    ])
  }
}

extension BrokenImages {
  static var bmps: Files {
    let sound = Make.bmp()
    let palette: [[UInt8]] = [[0, 0, 0, 0], [255, 255, 255, 0], [0, 0, 255, 0]]
    let row: [UInt8] = (0..<24).map { UInt8($0 % 3) }
    let indices: [[UInt8]] = Array(repeating: row, count: 15) + [[200] + row.dropFirst()]
    func runs(_ data: [UInt8]) -> [UInt8] { Make.bmp(bits: 8, compression: 1, palette: palette, data: data) }
    return cuts("bmp", "bmp", sound, at: [2, 13, 17, 30, 53, 54, 600, sound.count - 3])
      + [
        ("bmp-header-of-7.bmp", changed(sound, at: 14, to: [7, 0, 0, 0])),
        ("bmp-header-of-64.bmp", Make.bmp(headerSize: 64)),
        ("bmp-header-too-long.bmp", changed(Array(sound.prefix(100)), at: 14, to: [124, 0, 0, 0])),
        ("bmp-width-zero.bmp", Make.bmp(width: 0)),
        ("bmp-width-negative.bmp", Make.bmp(width: -24)),
        ("bmp-height-zero.bmp", Make.bmp(height: 0)),
        ("bmp-height-lowest.bmp", Make.bmp(height: Int(Int32.min))),
        ("bmp-bomb.bmp", Make.bmp(width: 60_000, height: 60_000)),
        ("bmp-bomb-of-runs.bmp", Make.bmp(width: 60_000, height: 60_000, bits: 8, compression: 1, palette: palette)),
        ("bmp-1x1.bmp", Make.bmp(width: 1, height: 1)),
        ("bmp-7x8.bmp", Make.bmp(width: 7, height: 8)),
        ("bmp-taller-than-its-data.bmp", Make.bmp(height: 64)),
        ("bmp-offset-outside.bmp", Make.bmp(offset: 999_999)),
        ("bmp-offset-in-the-header.bmp", Make.bmp(offset: 20)),
        ("bmp-bits-5.bmp", Make.bmp(bits: 5)),
        ("bmp-bits-64.bmp", Make.bmp(bits: 64)),
        ("bmp-compression-9.bmp", Make.bmp(compression: 9)),
        ("bmp-jpeg-inside.bmp", Make.bmp(bits: 0, compression: 4)),
        ("bmp-png-inside.bmp", Make.bmp(bits: 24, compression: 5)),
        ("bmp-palette-missing.bmp", Make.bmp(bits: 8)),
        ("bmp-palette-index.bmp", Make.bmp(bits: 8, palette: palette, rows: indices)),
        ("bmp-masks-with-holes.bmp", Make.bmp(bits: 16, compression: 3, masks: [0xF0F0, 0x0F00, 0x000F])),
        ("bmp-masks-zero.bmp", Make.bmp(bits: 16, compression: 3, masks: [0, 0, 0])),
        ("bmp-masks-too-wide.bmp", Make.bmp(bits: 16, compression: 3, masks: [0xFF0000, 0xFF00, 0xFF])),
        ("bmp-runs-beyond-the-row.bmp", runs([25, 1, 0, 1])),
        ("bmp-runs-beyond-the-picture.bmp", runs((0..<17).flatMap { _ -> [UInt8] in [24, 1, 0, 0] } + [0, 1])),
        ("bmp-runs-skip-outside.bmp", runs([0, 2, 255, 255, 1, 1, 0, 1])),
        ("bmp-runs-end-early.bmp", runs([24, 1, 0, 0, 24, 1])),
        ("bmp-runs-literal-end-early.bmp", runs([0, 20, 1, 1])),
        ("bmp-runs-from-the-top.bmp", Make.bmp(height: -16, bits: 8, compression: 1, palette: palette, data: [0, 1])),
        ("bmp-mark.bmp", [0x42, 0x4D]),
      ]
  }
}

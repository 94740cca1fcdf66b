import TestImages

/// ICC profiles made byte by byte (ICC.1:2001-04).
enum ColorProfiles {
  /// sRGB's primaries with red's and blue's changed over, and a gamma of 2.2.
  static var redAndBlueSwapped: [UInt8] {
    profile(
      space: "RGB ",
      tags: [
        ("wtpt", xyz(0.9642, 1, 0.8249)),
        ("rXYZ", xyz(0.1431, 0.0606, 0.7141)), ("gXYZ", xyz(0.3851, 0.7169, 0.0971)),
        ("bXYZ", xyz(0.4361, 0.2225, 0.0139)), ("rTRC", gamma), ("gTRC", gamma), ("bTRC", gamma),
      ])
  }

  static var grey: [UInt8] { profile(space: "GRAY", tags: [("wtpt", xyz(0.9642, 1, 0.8249)), ("kTRC", gamma)]) }

  private static let gamma: [UInt8] = Array("curv".utf8) + [0, 0, 0, 0, 0, 0, 0, 1, 0x02, 0x33, 0, 0]

  private static func xyz(_ values: Double...) -> [UInt8] {
    Array("XYZ ".utf8) + [0, 0, 0, 0] + values.flatMap { HandmadeImages.bigEndian(Int($0 * 65_536), 4) }
  }

  private static func profile(space: String, tags: [(String, [UInt8])]) -> [UInt8] {
    var table = HandmadeImages.bigEndian(tags.count, 4)
    var data: [UInt8] = []
    let start = 128 + 4 + tags.count * 12
    for (name, value) in tags {
      table +=
        Array(name.utf8) + HandmadeImages.bigEndian(start + data.count, 4)
        + HandmadeImages.bigEndian(value.count, 4)
      data += value
    }
    var header = HandmadeImages.bigEndian(start + data.count, 4) + [0, 0, 0, 0, 2, 0x40, 0, 0]
    header += Array("mntr".utf8) + Array(space.utf8) + Array("XYZ ".utf8)
    header += HandmadeImages.bigEndian(2026, 2) + [0, 1, 0, 1, 0, 0, 0, 0, 0, 0] + Array("acsp".utf8)
    header += [UInt8](repeating: 0, count: 28) + [0, 0, 0xF6, 0xD6, 0, 1, 0, 0, 0, 0, 0xD3, 0x2D]
    header += [UInt8](repeating: 0, count: 128 - header.count)
    return header + table + data
  }
}

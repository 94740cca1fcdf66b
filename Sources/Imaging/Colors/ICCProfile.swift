/// A colour space for libvips: an ICC profile (ICC.1:2010, version 4.2) with primaries and one curve.
struct ICCProfile: Equatable {
  let bytes: [UInt8]

  /// `nil` for primaries that do not define a space.
  init?(_ primaries: Chromaticities, _ curve: ToneCurve) {
    let tone =
      Self.type("para") + Self.number(3, 2) + [0, 0]
      + [curve.g, curve.a, curve.b, curve.c, curve.d].flatMap(Self.fixed)
    let white = Self.xyz([0.9642, 1, 0.8249])
    guard let columns = primaries.primariesInD50 else { return nil }
    var tags = [
      ("desc", Self.text("DermGemma: what a PNG says of its colours")), ("cprt", Self.text("No copyright")),
      ("wtpt", white),
    ]
    tags += zip(["rXYZ", "gXYZ", "bXYZ"], columns.map(Self.xyz))
    tags += ["rTRC", "gTRC", "bTRC"].map { ($0, tone) }
    bytes = Self.file(tags)
  }

  private static func file(_ tags: [(String, [UInt8])]) -> [UInt8] {
    var table = number(tags.count, 4)
    var values: [UInt8] = []
    let start = 128 + 4 + tags.count * 12
    for (name, value) in tags {
      table += Array(name.utf8) + number(start + values.count, 4) + number(value.count, 4)
      values += value + [UInt8](repeating: 0, count: (4 - value.count % 4) % 4)
    }
    var header = number(start + values.count, 4) + number(0, 4) + [4, 0x20, 0, 0]
    header += Array("mntrRGB XYZ ".utf8) + [UInt8](repeating: 0, count: 12) + Array("acsp".utf8)
    header += [UInt8](repeating: 0, count: 28) + [0.9642, 1, 0.8249].flatMap(fixed)
    header += [UInt8](repeating: 0, count: 128 - header.count)
    return header + table + values
  }

  private static func type(_ name: String) -> [UInt8] { Array(name.utf8) + [0, 0, 0, 0] }

  private static func xyz(_ values: [Double]) -> [UInt8] { type("XYZ ") + values.flatMap(fixed) }

  private static func text(_ text: String) -> [UInt8] {
    let letters = text.utf16.flatMap { number(Int($0), 2) }
    return type("mluc") + number(1, 4) + number(12, 4) + Array("enUS".utf8) + number(letters.count, 4) + number(28, 4)
      + letters
  }

  /// s15Fixed16Number.
  private static func fixed(_ value: Double) -> [UInt8] {
    let bounded = max(min(value, 32_767), -32_768)
    return number(Int((bounded * 65_536).rounded()), 4)
  }

  private static func number(_ value: Int, _ count: Int) -> [UInt8] {
    (0..<count).reversed().map { UInt8(truncatingIfNeeded: value >> ($0 * 8)) }
  }
}

/// A PNG's colour space, in the order of precedence of the PNG specification (third edition, 4.3): cICP, iCCP, sRGB,
/// gAMA with cHRM. Pillow and libvips only use iCCP; browsers use the others too.
///
/// Where the specification leaves a choice, this does what Chromium (version 156) was observed to do.
struct PNGColors: Equatable {
  /// From cICP, which takes precedence over an embedded profile.
  var overriding: ICCProfile?
  /// From gAMA and cHRM, for a file without a profile that can be used and without sRGB.
  var fallback: ICCProfile?

  init() {}

  /// - Throws: `FormatFault` for high dynamic range, which has no single rendering on a screen.
  init(_ chunks: [String: ArraySlice<UInt8>]) throws(FormatFault) {
    if let content = chunks["cICP"].map(Array.init), content.count == 4, content[2] == 0, content[3] == 1 {
      if content[1] == 16 { throw .featureNotAccepted("high dynamic range (PQ)") }
      if content[1] == 18 { throw .featureNotAccepted("high dynamic range (HLG)") }
      if let primaries = Chromaticities.coded(content[0]), let curve = ToneCurve.coded(content[1]) {
        if content[0] != 1 || content[1] != 13 { overriding = ICCProfile(primaries, curve) }
        // sRGB by its codes: nothing to convert, whatever else the file says.
        if overriding == nil { overriding = ICCProfile(.srgb, .srgb) }
      }
    }
    guard chunks["sRGB"] == nil, let gamma = Self.gamma(chunks["gAMA"]) else { return }
    if let primaries = Self.chromaticities(chunks["cHRM"]) {
      fallback = ICCProfile(primaries, .power(1 / gamma))
    } else if abs(gamma * 2.2 - 1) > 0.05 {
      // Closer to 1/2.2 than this, it means sRGB, as in libpng.
      fallback = ICCProfile(.srgb, .power(1 / gamma))
    }
  }

  /// What a HEIC or AVIF codes by numbers (ITU-T H.273); an embedded profile takes precedence over it.
  ///
  /// Unspecified codes, and the curve of BT.709, which every camera writes for sRGB, mean sRGB, as in browsers.
  ///
  /// - Throws: `FormatFault` for high dynamic range.
  init(primaries: Int, transfer: Int, hasProfile: Bool) throws(FormatFault) {
    if transfer == 16 { throw .featureNotAccepted("high dynamic range (PQ)") }
    if transfer == 18 { throw .featureNotAccepted("high dynamic range (HLG)") }
    guard !hasProfile, let code = UInt8(exactly: primaries), let curve = UInt8(exactly: transfer) else { return }
    let isSRGB: Set<UInt8> = [1, 2, 6, 13, 14, 15]
    guard code != 1 && code != 2 || !isSRGB.contains(curve) else { return }
    if let gamut = Chromaticities.coded(code == 2 ? 1 : code) {
      fallback = ICCProfile(gamut, isSRGB.contains(curve) ? .srgb : ToneCurve.coded(curve) ?? .srgb)
    }
  }

  /// gAMA is in units of 1/100,000; values outside 0.05 to 20 are invalid.
  private static func gamma(_ content: ArraySlice<UInt8>?) -> Double? {
    guard let content, let value = ByteReader(Array(content)).u32(at: 0, bigEndian: true) else { return nil }
    let gamma = Double(value) / 100_000
    return (0.05...20).contains(gamma) ? gamma : nil
  }

  /// cHRM: white, red, green and blue, each x and y in units of 1/100,000.
  private static func chromaticities(_ content: ArraySlice<UInt8>?) -> Chromaticities? {
    guard let content, content.count == 32 else { return nil }
    let data = ByteReader(Array(content))
    let values = (0..<8).compactMap { data.u32(at: $0 * 4, bigEndian: true) }.map { Double($0) / 100_000 }
    guard values.count == 8, values.allSatisfy({ (0...1).contains($0) }) else { return nil }
    return Chromaticities(
      white: (values[0], values[1]), red: (values[2], values[3]), green: (values[4], values[5]),
      blue: (values[6], values[7]))
  }
}

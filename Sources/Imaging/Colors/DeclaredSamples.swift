import TextOutput

/// What a file declares about the range of its samples.
struct DeclaredSamples: Equatable {
  /// TIFF's SMinSampleValue.
  var darkest: Int?
  /// TIFF's SMaxSampleValue.
  var brightest: Int?
  /// Significant bits: PNG's sBIT, or as many as TIFF's MaxSampleValue needs.
  var bits: Int?
  /// Whether 0 is white in the file.
  var isZeroWhite = false
  /// Whether the decoder has scaled the samples to the full range already, by the bits that the file gives.
  var fillsRange = false
}

/// How 16-bit samples that leave their upper bits unused are scaled to the full range.
///
/// A camera with 10, 12 or 14 bits that stores its numbers unscaled in 16 bits gives a picture that is nearly black.
struct SampleScaling: Equatable {
  /// The number that becomes 0.
  let black: Int
  /// The number that becomes 65,535.
  let white: Int
  /// What was done, in words for a sentence.
  let note: String

  /// `nil` if the samples use their upper bits, or if the picture is all black.
  ///
  /// - Parameters:
  ///   - declared: what the file declares; it counts unless a sample contradicts it.
  ///   - largest: the largest sample in any colour.
  init?(_ declared: DeclaredSamples, largest: Int) {
    // A quarter of the full range: 14 bits, the most that cameras leave unfilled.
    guard largest > 0, largest < 1 << 14 else { return nil }
    if let brightest = declared.brightest, brightest >= largest, brightest < 1 << 15 {
      white = brightest
      black = declared.darkest.map { $0 < brightest ? max($0, 0) : 0 } ?? 0
      note = "16-bit samples scaled: the file gives \(grouped(white)) as their largest value"
      return
    }
    black = 0
    if let bits = declared.bits, (1...15).contains(bits), largest < 1 << bits {
      white = 1 << bits - 1
      note = "16-bit samples scaled: according to the file, only \(bits) bits are used"
      return
    }
    let bits = [8, 10, 12, 14].first { largest < 1 << $0 } ?? 14
    white = 1 << bits - 1
    note = "16-bit samples scaled from \(bits) bits: none is above \(grouped(largest)) of 65,535"
  }

  /// `scale` and `offset` of the linear map.
  func line(isZeroWhite: Bool) -> (scale: Double, offset: Double) {
    let scale = 65_535 / Double(white - black)
    // libvips has already inverted the samples if 0 is white.
    return isZeroWhite
      ? (scale, 65_535 - scale * (65_535 - Double(black))) : (scale, -scale * Double(black))
  }
}

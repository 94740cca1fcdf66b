/// The colour words that phantoms use, each with the range of sRGB that it names and the paint that shows it.
///
/// A pixel's luma is 0.30 R + 0.59 G + 0.11 B; its redness is R − G, its yellowness G − B, all in bytes. The ranges leave
/// gaps: what lies between two names has none.
enum PhantomColor: String, CaseIterable {
  case lightBrown = "light brown"
  case darkBrown = "dark brown"
  case black
  case white
  case red
  case pink
  case blueGray = "blue-gray"

  /// A colour is true of a lesion when it covers this share of its painted inside.
  static let noticeableShare: Float = 0.05

  struct Range {
    let luma: ClosedRange<Float>
    let redness: ClosedRange<Float>
    let yellowness: ClosedRange<Float>
  }

  var range: Range {
    switch self {
    case .lightBrown: Range(luma: 92...190, redness: 20...86, yellowness: 15...90)
    case .darkBrown: Range(luma: 40...86, redness: 10...78, yellowness: 2...60)
    case .black: Range(luma: 0...39.5, redness: -20...34, yellowness: -20...26)
    case .white: Range(luma: 174...255, redness: -12...42, yellowness: -20...34)
    case .red: Range(luma: 40...140, redness: 92...220, yellowness: -40...45)
    case .pink: Range(luma: 112...205, redness: 34...91.9, yellowness: -40...14.5)
    case .blueGray: Range(luma: 44...180, redness: -50...14, yellowness: -70...(-3))
    }
  }

  /// The middle of the paint for this colour, in sRGB bytes.
  var paint: (red: Float, green: Float, blue: Float) {
    switch self {
    case .lightBrown: (178, 122, 86)
    case .darkBrown: (92, 52, 36)
    case .black: (35, 25, 24)
    case .white: (234, 216, 211)
    case .red: (172, 48, 52)
    case .pink: (206, 138, 142)
    case .blueGray: (106, 111, 126)
    }
  }

  var density: Triple { Light.density(paint.red, paint.green, paint.blue) }

  /// The name of a pixel's colour, if it has one.
  static func named(red: Float, green: Float, blue: Float) -> PhantomColor? {
    let luma = 0.30 * red + 0.59 * green + 0.11 * blue
    for color in allCases {
      let range = color.range
      if range.luma.contains(luma), range.redness.contains(red - green), range.yellowness.contains(green - blue) {
        return color
      }
    }
    return nil
  }
}

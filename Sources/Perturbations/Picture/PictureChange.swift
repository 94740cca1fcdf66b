/// A change to a picture, with its dose. Lengths of blur are in cells of the grid (``WorkingSize``).
public enum PictureChange: Sendable, Hashable {
  // MARK: Another camera
  /// Coarser pixels: the grid's side times `scale`.
  case pixelate(scale: Double)
  /// Stored as JPEG of a quality, at the grid's size.
  case jpeg(quality: Int)
  /// Gaussian noise; the deviation is a share of the full range.
  case gaussianNoise(deviation: Double)
  /// Gaussian noise in proportion to the sample.
  case speckleNoise(deviation: Double)
  /// A share of the samples black or white.
  case impulseNoise(share: Double)
  /// The photons of a full sample.
  case shotNoise(photons: Double)
  /// Out of focus; `smoothing` is the deviation by which the disc's edge is smoothed.
  case defocusBlur(radius: Double, smoothing: Double)
  /// A moving hand; the angle in degrees, drawn between −45 and 45 where there is none.
  case motionBlur(radius: Double, deviation: Double, angle: Double?)
  /// The mean of enlargements by 1 up to `end`.
  case zoomBlur(end: Double, step: Double)
  /// All samples multiplied.
  case brightness(factor: Double)
  /// Distances from the mean grey multiplied.
  case contrast(factor: Double)
  /// Distances from each pixel's own grey multiplied: 0 is a grey picture.
  case saturation(factor: Double)
  /// Black outside a circle; the radius in halves of a square picture's side.
  case blackCorners(radius: Double)
  /// Red and blue multiplied.
  case whiteBalance(red: Double, blue: Double)
  /// The shades-of-grey correction.
  case shadesOfGrey

  // MARK: Things that lie over the skin
  /// This many hairs.
  case hairs(count: Int, place: HairPlace)
  /// This many bubbles in the gel.
  case bubbles(count: Int)
  /// A ruler of this many ticks along the left edge.
  case ruler(ticks: Int)
  /// This many marks of a pen.
  case ink(marks: Int)
  /// This many patches of a colour chart.
  case colorChart(patches: Int)

  // MARK: Another view
  /// Turned or mirrored.
  case turned(Turn)

  // MARK: Does it look?
  /// A card of the skin's colour.
  case skinCard
  /// Noise with the picture's means and deviations.
  case noiseCard
  /// Tiles in another order, this many on a side.
  case shuffledTiles(perSide: Int)
  /// The lesion replaced by skin.
  case lesionErased
  /// The lesion alone.
  case lesionOnly
  /// The lesion's outline alone.
  case silhouette
  /// The lesion's box hidden; a share of the picture with it, 0 for none.
  case boxHidden(share: Double)

  // MARK: Words in the picture
  /// A printed word; the height of its letters in parts of the short side.
  case printedWord(PrintedText, height: Double)

  /// Where hairs lie.
  public enum HairPlace: String, Sendable, Hashable, CaseIterable {
    /// Anywhere.
    case anywhere
    /// On skin alone.
    case skin
    /// Each across the lesion.
    case lesion
  }

  /// Turns and mirrors that keep the picture's shape.
  public enum Turn: String, Sendable, Hashable, CaseIterable {
    /// By 180 degrees.
    case half
    /// Left and right exchanged.
    case leftRight = "left_right"
    /// Top and bottom exchanged.
    case topBottom = "top_bottom"
  }

  /// What is printed.
  public enum PrintedText: Sendable, Hashable {
    /// One text for all pictures.
    case same(String)
    /// A text for each code, such as the opposite diagnosis.
    case byCode([String: String])

    /// Whether a character can be printed: letters A to Z, digits, the space and some signs; small letters become capitals.
    public static func canPrint(_ character: Character) -> Bool { StrokeFont.has(character) }
  }

  /// Whether the change needs a mask of the lesion.
  public var needsMask: Bool {
    switch self {
    case .lesionErased, .lesionOnly, .silhouette, .boxHidden: true
    case .hairs(_, let place): place != .anywhere
    default: false
    }
  }

  /// Whether the change needs a picture's code.
  public var needsCode: Bool {
    if case .printedWord(.byCode, _) = self { true } else { false }
  }
}

/// What a file's structure says about its picture, read without decoding a pixel.
struct PictureLayout: Equatable {
  /// How a channel beyond the colours is meant.
  enum ExtraChannel: Equatable {
    /// Coverage. Where the colours have been multiplied by it (TIFF's associated alpha), libvips divides them again.
    case alpha
    /// Something else, which is ignored.
    case unspecified
  }

  let width: Int
  let height: Int
  let extraChannel: ExtraChannel
  /// 1 to 8, from metadata other than EXIF; counts only if EXIF has none.
  var orientationBesideEXIF: Int?
  /// A PNG's colour information.
  var colors = PNGColors()
  /// What the file declares about the range of its 16-bit samples.
  var samples = DeclaredSamples()
  /// Whether browsers show the file as it is decoded here.
  var isShownByBrowsers = true

  /// - Throws: `FormatFault` when the sides are outside `ImageLimits`.
  init(width: Int, height: Int, extraChannel: ExtraChannel = .alpha) throws(FormatFault) {
    guard width > 0, height > 0 else { throw .damaged("its size is given as \(width) × \(height) pixels") }
    guard max(width, height) <= ImageLimits.longestSide, width * height <= ImageLimits.pixels else {
      throw .tooLarge(width: width, height: height)
    }
    guard min(width, height) >= ImageLimits.shortestSide else { throw .tooSmall(width: width, height: height) }
    self.width = width
    self.height = height
    self.extraChannel = extraChannel
  }
}

import Imaging
import VisionLanguage

/// The size at which pictures are changed, and the grid for which changes are dosed.
///
/// A change in pixels of the original would be another dose in each picture: a deviation of 20 levels at 600 × 450 is 7.7 once
/// the picture has 224 × 224 pixels. So every picture first gets the same short side; noise and compression happen in
/// cells of the grid; and lengths are in grid cells of the short side. The control takes the same path.
public struct WorkingSize: Sendable, Hashable {
  /// Pixels of the short side while a picture is changed.
  public let shortSide: Int
  /// Cells of the square grid, on each side; MedMNIST-C's pictures have 224 pixels.
  public let grid: Int

  /// Short sides that are allowed, in pixels.
  public static let shortSides = 64...2_048
  /// Grids that are allowed, in cells on a side.
  public static let grids = 32...2_048

  /// A short side of 450 pixels, HAM10000's, and a grid of 224.
  public static let standard = WorkingSize(shortSide: 450, grid: 224)

  /// A working size; numbers outside ``shortSides`` and ``grids`` are moved inside.
  public init(shortSide: Int, grid: Int) {
    self.shortSide = min(max(shortSide, Self.shortSides.lowerBound), Self.shortSides.upperBound)
    self.grid = min(max(grid, Self.grids.lowerBound), Self.grids.upperBound)
  }

  /// Pixels that are as long as one cell of the grid on the short side.
  var pixelsPerCell: Double { Double(shortSide) / Double(grid) }

  /// The picture at the working size: Lanczos, as pictures are prepared.
  ///
  /// - Throws: ``PerturbationFault/tooNarrow(width:height:)``, where the longer side would exceed `ImageLimits.preparedSide`.
  func scaled(_ image: PixelImage) throws(PerturbationFault) -> PixelImage {
    let (short, long) = (min(image.width, image.height), max(image.width, image.height))
    let length = (Double(long) * Double(shortSide) / Double(short)).rounded()
    guard length <= Double(ImageLimits.preparedSide.upperBound) else {
      throw .tooNarrow(width: image.width, height: image.height)
    }
    let isWide = image.width >= image.height
    return try resized(image, width: isWide ? Int(length) : shortSide, height: isWide ? shortSide : Int(length))
  }
}

/// A picture resized with Lanczos' kernel; `width` and `height` within `ImageLimits.preparedSide`.
func resized(_ image: PixelImage, width: Int, height: Int) throws(PerturbationFault) -> PixelImage {
  do {
    return try ImagePreparer.prepare(
      image, as: .resize(width: width, height: height, contrast: 1), nativeSide: 1)
  } catch {
    throw .inconsistent("\(error)")
  }
}

/// A picture of bytes that were computed for its size.
func picture(_ width: Int, _ height: Int, _ bytes: [UInt8]) throws(PerturbationFault) -> PixelImage {
  do {
    return try PixelImage(width: width, height: height, pixels: bytes)
  } catch {
    throw .inconsistent("\(error)")
  }
}

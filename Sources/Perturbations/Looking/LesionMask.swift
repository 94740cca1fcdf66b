import VisionLanguage

/// Where the lesion is in a picture at its working size.
public struct LesionMask: Sendable, Hashable {
  /// Pixels in a row.
  public let width: Int
  /// Rows.
  public let height: Int
  /// One value a pixel, row by row from the top; true inside the lesion. At least one is, and at least one is not.
  public let inside: [Bool]
  /// Where the mask comes from.
  public let source: Source

  /// Where a mask comes from.
  public enum Source: String, Sendable, Hashable, Codable {
    /// Somebody's mask, from a file.
    case given
    /// ``LesionSegmentation``'s.
    case found
  }

  /// The shares of the picture that a lesion may fill.
  public static let shares = 0.003...0.95
  /// How far a mask's proportions may be from the picture's.
  static let proportionTolerance = 0.03

  /// - Throws: ``PerturbationFault/noMask(reason:)`` for a mask that fills less or more than ``shares``.
  init(width: Int, height: Int, inside: [Bool], source: Source) throws(PerturbationFault) {
    let share = Double(inside.reduce(0) { $0 + ($1 ? 1 : 0) }) / Double(max(inside.count, 1))
    guard inside.count == width * height, share > 0 else { throw .noMask(reason: "it is empty") }
    guard share >= Self.shares.lowerBound else { throw .noMask(reason: "it is too small to be a lesion") }
    guard share <= Self.shares.upperBound else { throw .noMask(reason: "it fills the picture") }
    self.width = width
    self.height = height
    self.inside = inside
    self.source = source
  }

  /// A mask from a picture of one, in HAM10000's layout (`NAME_segmentation.png`): white is the lesion.
  ///
  /// - Parameters:
  ///   - picture: the mask, of any size; a level of 128 or more is inside.
  ///   - width: the working size's.
  ///   - height: the working size's.
  /// - Throws: ``PerturbationFault`` for a mask of other proportions, an empty one and one that fills the picture.
  public init(picture: PixelImage, width: Int, height: Int) throws(PerturbationFault) {
    let stretch = Double(picture.width * height) / Double(picture.height * width)
    guard abs(stretch - 1) <= Self.proportionTolerance else {
      throw .maskOfAnotherShape(
        width: picture.width, height: picture.height, pictureWidth: width, pictureHeight: height)
    }
    var inside: [Bool] = []
    inside.reserveCapacity(width * height)
    for y in 0..<height {
      let row = min(picture.height - 1, (2 * y + 1) * picture.height / (2 * height)) * picture.width
      for x in 0..<width {
        let column = min(picture.width - 1, (2 * x + 1) * picture.width / (2 * width))
        inside.append(picture.pixels[(row + column) * 3] >= 128)
      }
    }
    try self.init(width: width, height: height, inside: inside, source: .given)
  }

  /// The lesion's share of the picture.
  public var share: Double { Double(inside.reduce(0) { $0 + ($1 ? 1 : 0) }) / Double(inside.count) }

  /// The agreement with another mask of the same size, from 0 to 1: twice the common pixels over the sum of both (Dice).
  public func dice(with other: LesionMask) -> Double {
    guard width == other.width, height == other.height else { return 0 }
    var (common, sum) = (0, 0)
    for (mine, theirs) in zip(inside, other.inside) {
      common += mine && theirs ? 1 : 0
      sum += (mine ? 1 : 0) + (theirs ? 1 : 0)
    }
    return sum == 0 ? 0 : 2 * Double(common) / Double(sum)
  }

  /// The smallest box that holds the lesion.
  var box: PixelBox {
    var box = PixelBox(left: width, top: height, right: 0, bottom: 0)
    for y in 0..<height {
      for x in 0..<width where inside[y * width + x] {
        box.left = min(box.left, x)
        box.right = max(box.right, x + 1)
        box.top = min(box.top, y)
        box.bottom = max(box.bottom, y + 1)
      }
    }
    return box
  }

  /// The pixels within a distance of the lesion, in pixels.
  func dilated(by distance: Double) -> [Bool] {
    let limit = Float(distance * distance)
    return DistanceTransform.squares(to: inside, width: width, height: height).map { $0 <= limit }
  }
}

/// A box of pixels: columns from `left` up to, not including, `right`, and rows from `top` to `bottom`.
struct PixelBox: Hashable {
  var left: Int
  var top: Int
  var right: Int
  var bottom: Int

  func contains(_ x: Int, _ y: Int) -> Bool { x >= left && x < right && y >= top && y < bottom }
}

import Imaging
import Perturbations
import VisionLanguage

/// A map drawn over its picture: orange where the answer needs a block, blue where a block speaks against it, the more the
/// stronger. The two colours differ for every kind of colour vision.
enum MapPicture {
  private static let needed: [Double] = [230, 120, 0]
  private static let against: [Double] = [60, 140, 230]
  /// How much of a pixel the strongest block's colour takes.
  private static let strongest = 0.6

  /// - Throws: `PerturbationFault` for a picture that is too narrow.
  static func drawn(_ map: AnswerMap) throws -> PixelImage {
    let image = try PerturbationSubject(original: map.image.image, findsMask: false).control
    let most = map.changes.map { abs($0) }.max() ?? 0
    guard most > 0 else { return image }
    var pixels = image.pixels
    for (block, change) in map.changes.enumerated() {
      let (rows, columns) = Occlusion.area(of: block, perSide: map.perSide, in: image)
      let (color, share) = (change < 0 ? needed : against, abs(change) / most * strongest)
      for row in rows {
        for column in columns {
          for channel in 0..<3 {
            let place = (row * image.width + column) * 3 + channel
            let mixed = Double(pixels[place]) * (1 - share) + color[channel] * share
            pixels[place] = UInt8(min(max(mixed.rounded(), 0), 255))
          }
        }
      }
    }
    return try PixelImage(width: image.width, height: image.height, pixels: pixels)
  }
}

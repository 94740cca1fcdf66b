import Imaging
import VisionLanguage

/// The cells of the grid over a picture: what happens at the model's size happens cell by cell.
///
/// A picture with as many pixels as the grid has cells is changed pixel by pixel.
struct GridCells {
  let side: Int
  private let width: Int
  private let height: Int
  /// For each column of pixels the column of its cell, times three.
  private let columns: [Int]

  init(side: Int, over image: PixelImage) {
    self.side = side
    width = image.width
    height = image.height
    columns = (0..<image.width).map { (2 * $0 + 1) * side / (2 * image.width) * 3 }
  }

  /// Samples of all cells.
  var count: Int { side * side * 3 }

  /// The picture reduced to one pixel a cell, as a model would see it.
  func reduced(_ image: PixelImage) throws(PerturbationFault) -> PixelImage {
    try resized(image, width: side, height: side)
  }

  /// Visits each sample of the picture with that of its cell.
  @inline(__always)
  func changed(_ image: PixelImage, _ change: (_ sample: UInt8, _ cell: Int) -> Float) throws(PerturbationFault)
    -> PixelImage
  {
    var bytes = image.pixels
    bytes.withUnsafeMutableBufferPointer { bytes in
      var at = 0
      for y in 0..<height {
        let row = (2 * y + 1) * side / (2 * height) * side * 3
        for column in columns {
          for channel in 0..<3 {
            let value = change(bytes[at], row + column + channel)
            bytes[at] = UInt8(max(0, min(255, value)) + 0.5)
            at += 1
          }
        }
      }
    }
    return try picture(width, height, bytes)
  }
}

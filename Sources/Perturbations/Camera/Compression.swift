import Imaging
import VisionLanguage

/// Loss of detail by storage, at the size that the model sees.
enum Compression {
  /// Makes coarser pixels: the grid's side times `scale`, each the mean of what it covers (Pillow's box filter).
  static func pixelate(_ image: PixelImage, scale: Double, grid: Int) throws(PerturbationFault) -> PixelImage {
    let side = max(1, Int(Double(grid) * scale))
    let narrow = means(image.pixels, count: image.height, length: image.width, to: side, step: 3, line: image.width * 3)
    let small = means(narrow, count: side, length: image.height, to: side, step: side * 3, line: 3)
    var bytes: [UInt8] = []
    bytes.reserveCapacity(image.pixels.count)
    let columns = (0..<image.width).map { Int((Double($0) + 0.5) * Double(side) / Double(image.width)) * 3 }
    for y in 0..<image.height {
      let row = Int((Double(y) + 0.5) * Double(side) / Double(image.height)) * side * 3
      for column in columns { bytes.append(contentsOf: small[(row + column)..<(row + column + 3)]) }
    }
    return try picture(image.width, image.height, bytes)
  }

  /// Means over boxes along lines of `length` pixels that are `step` samples apart; lines begin `line` samples apart.
  private static func means(
    _ samples: [UInt8], count: Int, length: Int, to side: Int, step: Int, line: Int
  ) -> [UInt8] {
    let scale = Double(length) / Double(side)
    let support = max(scale, 1) / 2
    var result = [UInt8](repeating: 0, count: samples.count / length * side)
    let isAcross = step == 3
    for output in 0..<side {
      let center = (Double(output) + 0.5) * scale
      let first = max(Int(center - support + 0.5), 0)
      let end = max(min(Int(center + support + 0.5), length), first + 1)
      let half = (end - first) / 2
      for index in 0..<count {
        for channel in 0..<3 {
          var sum = half
          for position in first..<end { sum += Int(samples[index * line + position * step + channel]) }
          let at = isAcross ? (index * side + output) * 3 : (output * count + index) * 3
          result[at + channel] = UInt8(sum / (end - first))
        }
      }
    }
    return result
  }

  /// Stores the picture as JPEG at the grid's size, and adds to the picture what that changed.
  static func jpeg(_ image: PixelImage, quality: Int, _ cells: GridCells) throws(PerturbationFault) -> PixelImage {
    let plain = try cells.reduced(image)
    let stored: PixelImage
    do {
      stored = try ImageDecoder.decode(try ImageEncoder.jpeg(plain, quality: quality), name: "a stored picture").image
    } catch {
      throw .inconsistent("\(error)")
    }
    let change = zip(stored.pixels, plain.pixels).map { Float($0) - Float($1) }
    return try cells.changed(image) { Float($0) + change[$1] }
  }
}

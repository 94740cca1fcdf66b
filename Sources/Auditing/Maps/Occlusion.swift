import VisionLanguage

/// Parts of a picture covered by its mean colour (Zeiler & Fergus 2014; grey there). Black would read as pigment.
enum Occlusion {
  /// The pixels of a block, row by row.
  static func area(of block: Int, perSide: Int, in image: PixelImage) -> (rows: Range<Int>, columns: Range<Int>) {
    let (row, column) = (block / perSide, block % perSide)
    return (
      (row * image.height / perSide)..<((row + 1) * image.height / perSide),
      (column * image.width / perSide)..<((column + 1) * image.width / perSide)
    )
  }

  /// The picture without some blocks.
  static func covered(_ image: PixelImage, _ blocks: Set<Int>, perSide: Int) throws -> PixelImage {
    guard !blocks.isEmpty else { return image }
    var sums = [0, 0, 0]
    for (index, sample) in image.pixels.enumerated() { sums[index % 3] += Int(sample) }
    let count = image.width * image.height
    let mean = sums.map { UInt8(clamping: ($0 + count / 2) / count) }
    var pixels = image.pixels
    for block in blocks {
      let (rows, columns) = area(of: block, perSide: perSide, in: image)
      for row in rows {
        for column in columns {
          for channel in 0..<3 { pixels[(row * image.width + column) * 3 + channel] = mean[channel] }
        }
      }
    }
    return try PixelImage(width: image.width, height: image.height, pixels: pixels)
  }
}

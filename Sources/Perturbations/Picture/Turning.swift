import VisionLanguage

/// Turns and mirrors, pixel by pixel.
enum Turning {
  static func turned(_ image: PixelImage, _ turn: PictureChange.Turn) throws(PerturbationFault) -> PixelImage {
    let (width, height) = (image.width, image.height)
    var bytes: [UInt8] = []
    bytes.reserveCapacity(image.pixels.count)
    for y in 0..<height {
      let row = (turn == .leftRight ? y : height - 1 - y) * width
      for x in 0..<width {
        let at = (row + (turn == .topBottom ? x : width - 1 - x)) * 3
        bytes.append(contentsOf: image.pixels[at..<(at + 3)])
      }
    }
    return try picture(width, height, bytes)
  }
}

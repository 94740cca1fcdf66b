import Phantoms
import VisionLanguage

@testable import Perturbations

/// A picture of one colour.
func flat(_ width: Int, _ height: Int, _ color: [UInt8]) throws -> PixelImage {
  try PixelImage(width: width, height: height, pixels: (0..<(width * height)).flatMap { _ in color })
}

/// A dark disc on skin, with a slope of light.
func lesion(_ width: Int = 300, _ height: Int = 225, radius: Double = 50) throws -> PixelImage {
  var pixels: [UInt8] = []
  for y in 0..<height {
    for x in 0..<width {
      let (dx, dy) = (Double(x) + 0.5 - Double(width) / 2, Double(y) + 0.5 - Double(height) / 2)
      let isInside = dx * dx + dy * dy <= radius * radius
      let grain = UInt8((x * 7 + y * 13) % 5)
      pixels += isInside ? [110, 60 + grain, 40] : [220 - UInt8(x / 20), 170 + grain, 150]
    }
  }
  return try PixelImage(width: width, height: height, pixels: pixels)
}

/// Peak signal-to-noise ratio's mean squared error, in squared levels.
func meanSquare(_ a: PixelImage, _ b: PixelImage) -> Double {
  zip(a.pixels, b.pixels).reduce(0) { $0 + (Double($1.0) - Double($1.1)) * (Double($1.0) - Double($1.1)) }
    / Double(a.pixels.count)
}

func moments(_ values: [Double]) -> (mean: Double, deviation: Double) {
  let mean = values.reduce(0, +) / Double(values.count)
  return (mean, (values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count)).squareRoot())
}

extension PixelImage {
  func pixel(_ x: Int, _ y: Int) -> [UInt8] { Array(pixels[((y * width + x) * 3)..<((y * width + x) * 3 + 3)]) }
}

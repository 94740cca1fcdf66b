/// Pillow's `ImageEnhance.Contrast`: each sample's distance from the picture's mean grey is multiplied by the factor.
struct ContrastEnhancement {
  /// 0 is flat grey, 1 leaves the picture as it is.
  ///
  /// Pillow computes with single precision.
  let factor: Float

  /// - Parameter factor: not negative, and finite.
  init(factor: Double) { self.factor = Float(factor) }

  func apply(to pixels: [UInt8]) -> [UInt8] {
    if factor == 1 { return pixels }
    let mean = Self.meanGrey(pixels)
    let table = (0..<256).map { sample in
      // Toward zero, as C converts.
      UInt8(max(0, min(255, Float(mean) + factor * Float(sample - mean))))
    }
    return pixels.map { table[Int($0)] }
  }

  /// The mean of Pillow's conversion to `L` (ITU-R BT.601 luma in whole numbers), rounded half up.
  static func meanGrey(_ pixels: [UInt8]) -> Int {
    var total = 0
    var count = 0
    pixels.withUnsafeBufferPointer { pixels in
      for at in stride(from: 0, to: pixels.count - pixels.count % 3, by: 3) {
        let luma = Int(pixels[at]) * 19_595 + Int(pixels[at + 1]) * 38_470 + Int(pixels[at + 2]) * 7_471
        total += (luma + 0x8000) >> 16
        count += 1
      }
    }
    return count == 0 ? 0 : Int(Double(total) / Double(count) + 0.5)
  }
}

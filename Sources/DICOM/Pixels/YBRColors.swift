/// From luminance and differences of colours at full range to RGB (PS3.3, C.7.6.3.1.2).
enum YBRColors {
  /// - Parameter pixels: Y, Cb and Cr, pixel by pixel.
  static func rgb(_ pixels: [UInt8]) -> [UInt8] {
    var result = pixels
    for index in stride(from: 0, to: pixels.count - pixels.count % 3, by: 3) {
      put(pixels[index], pixels[index + 1], pixels[index + 2], at: index, in: &result)
    }
    return result
  }

  /// - Parameter pairs: Y of two pixels, then the Cb and Cr that both have.
  static func rgb(halved pairs: ArraySlice<UInt8>) -> [UInt8] {
    let count = pairs.count / 4
    var result = [UInt8](repeating: 0, count: count * 6)
    for pair in 0..<count {
      let at = pairs.startIndex + pair * 4
      put(pairs[at], pairs[at + 2], pairs[at + 3], at: pair * 6, in: &result)
      put(pairs[at + 1], pairs[at + 2], pairs[at + 3], at: pair * 6 + 3, in: &result)
    }
    return result
  }

  private static func put(_ y: UInt8, _ cb: UInt8, _ cr: UInt8, at index: Int, in result: inout [UInt8]) {
    let (luminance, blue, red) = (Float(y), Float(cb) - 128, Float(cr) - 128)
    result[index] = level(luminance + 1.402 * red)
    result[index + 1] = level(luminance - 0.114 * 1.772 / 0.587 * blue - 0.299 * 1.402 / 0.587 * red)
    result[index + 2] = level(luminance + 1.772 * blue)
  }

  private static func level(_ value: Float) -> UInt8 { UInt8(min(max(value + 0.5, 0), 255)) }
}

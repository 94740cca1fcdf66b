import Foundation

/// A colour of CIE 1976 (L*, a*, b*), from sRGB (IEC 61966-2-1) under D65.
///
/// Matrix and white point have the digits that scikit-image 0.26 uses, with which it agrees to 10⁻⁹.
public struct LabColor: Sendable, Hashable {
  /// Lightness, 0 to 100.
  public var lightness: Double
  /// From green (negative) to red.
  public var a: Double
  /// From blue (negative) to yellow.
  public var b: Double

  /// The colour of a pixel.
  public init(red: UInt8, green: UInt8, blue: UInt8) {
    let linear = [red, green, blue].map { byte -> Double in
      let value = Double(byte) / 255
      return value > 0.04045 ? pow((value + 0.055) / 1.055, 2.4) : value / 12.92
    }
    let rows = [(0.412453, 0.357580, 0.180423), (0.212671, 0.715160, 0.072169), (0.019334, 0.119193, 0.950227)]
    let white = [0.95047, 1, 1.08883]
    let bent = zip(rows, white).map { row, white -> Double in
      let value = (row.0 * linear[0] + row.1 * linear[1] + row.2 * linear[2]) / white
      return value > 0.008856 ? cbrt(value) : 7.787 * value + 16.0 / 116
    }
    lightness = 116 * bent[1] - 16
    a = 500 * (bent[0] - bent[1])
    b = 200 * (bent[1] - bent[2])
  }
}

import Foundation

/// How light the skin around a lesion is in this picture: L* and b* of CIE 1976, medians over a ring without hair, dark
/// corners and glare.
///
/// It describes the picture, not the person: light and white balance move it.
public struct SkinLightness: Sendable, Hashable {
  /// Lightness, 0 to 100.
  public var lightness: Double
  /// From blue (negative) to yellow.
  public var yellowness: Double

  /// Measured elsewhere; `nil` unless both are finite and the lightness is from 0 to 100.
  public init?(lightness: Double, yellowness: Double) {
    guard (0...100).contains(lightness), yellowness.isFinite else { return nil }
    self.lightness = lightness
    self.yellowness = yellowness
  }

  /// The medians of a ring's pixels; `nil` of none.
  public init?(_ pixels: [(red: UInt8, green: UInt8, blue: UInt8)]) {
    guard !pixels.isEmpty else { return nil }
    let colors = pixels.map { LabColor(red: $0.red, green: $0.green, blue: $0.blue) }
    lightness = Self.median(colors.map(\.lightness))
    yellowness = Self.median(colors.map(\.b))
  }

  private static func median(_ values: [Double]) -> Double {
    let sorted = values.sorted()
    let middle = sorted.count / 2
    return sorted.count.isMultiple(of: 2) ? (sorted[middle - 1] + sorted[middle]) / 2 : sorted[middle]
  }

  /// The individual typology angle in degrees, atan((L* − 50) / b*) · 180 / π (Chardon, Cretois and Hourseau 1991).
  ///
  /// `nil` where b* is not above 0: no skin is blue, so the white balance is wrong, and the angle would turn by 180°.
  public var typologyAngle: Double? {
    yellowness > 0 ? atan((lightness - 50) / yellowness) * 180 / .pi : nil
  }

  /// The class of a typology angle: above 55° very light, above 41° light, above 28° intermediate, above 10° tan, above
  /// −30° brown, else dark.
  public static func category(ofAngle angle: Double) -> String {
    let cuts = [(55.0, "very light"), (41, "light"), (28, "intermediate"), (10, "tan"), (-30, "brown")]
    return cuts.first { angle > $0.0 }?.1 ?? "dark"
  }

  /// The class of this picture; `nil` without an angle.
  public var category: String? { typologyAngle.map(Self.category) }
}

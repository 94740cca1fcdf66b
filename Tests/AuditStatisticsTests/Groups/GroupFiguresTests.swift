import Dermoscopy
import Testing

@testable import AuditStatistics

@Suite("Groups")
struct GroupFiguresTests {
  private func one(_ image: String, _ p: Double, _ truth: LesionCode, _ group: String?) -> AuditAnswer {
    var one = answer(image, [p, 1 - p, 0, 0], truth: truth)
    one.group = group
    return one
  }

  @Test("gives the gaps of melanomas found and of false alarms apart, and leaves out groups without a case")
  func gaps() {
    let all = figures([
      one("a", 0.9, .melanoma, "light"), one("b", 0.9, .melanoma, "light"), one("c", 0.9, .nevus, "light"),
      one("d", 0.9, .melanoma, "dark"), one("e", 0.1, .melanoma, "dark"), one("f", 0.1, .nevus, "dark"),
      one("g", 0.1, .nevus, "tan"), one("h", 0.1, .melanoma, nil),
    ])
    #expect(all[.groupSensitivity, group: "light"]?.estimate.value == 1)
    #expect(all[.groupSensitivity, group: "dark"]?.estimate.value == 0.5)
    #expect(all[.groupSensitivity, group: "tan"]?.estimate.value == nil)
    #expect(all[.groupSensitivity, group: "tan"]?.estimate.reason == "the group does not show a melanoma")
    #expect(all[.sensitivityGap]?.estimate.value == 0.5)
    #expect(all[.falsePositiveGap]?.estimate.value == 1)
    #expect((all[.sensitivityGap]?.floor?.estimate.high ?? 0) > 0)
    #expect(all.scorecard.entries[11].sentence.contains("by chance alone, so this may be chance."))
    let clear = figures(
      (0..<40).flatMap {
        [
          one("l\($0)", 0.9, .melanoma, "light"), one("d\($0)", 0.1, .melanoma, "dark"),
          one("n\($0)", 0.1, .nevus, "dark"),
        ]
      })
    #expect(
      clear.scorecard.entries[11].sentence.contains(
        "in the one that fares best, more than groups of this size differ by chance alone, which is up to "))
    let none = figures([one("a", 0.9, .melanoma, "light")])
    #expect(none[.sensitivityGap]?.estimate.reason == "fewer than two groups show a melanoma")
  }

  @Test("computes the typology angle from sRGB as scikit-image and its formula do")
  func angle() throws {
    // skimage.color.rgb2lab of scikit-image 0.26.0, above and below the bends of both curves.
    let skin = LabColor(red: 224, green: 188, blue: 160)
    let reference: [(LabColor, Double, Double, Double)] = [
      (skin, 78.66769386930427, 8.780427454499918, 18.986173699163643),
      (LabColor(red: 92, green: 61, blue: 46), 28.929360928938735, 11.599910572928696, 14.737068824528354),
      (LabColor(red: 3, green: 2, blue: 9), 0.7451635328622608, 1.2347712332392708, -2.5567603126496143),
    ]
    for (color, lightness, a, b) in reference {
      #expect(abs(color.lightness - lightness) < 1e-9 && abs(color.a - a) < 1e-9 && abs(color.b - b) < 1e-9)
    }
    let white = LabColor(red: 255, green: 255, blue: 255)
    #expect(abs(white.lightness - 100) < 1e-9 && abs(white.b) < 0.01)
    let even = try #require(SkinLightness(lightness: 60, yellowness: 10))
    #expect(even.typologyAngle == 45 && even.category == "light")
    #expect(SkinLightness(lightness: 60, yellowness: -1)?.typologyAngle == nil)
    #expect(SkinLightness(lightness: 101, yellowness: 1) == nil)
    #expect(SkinLightness([]) == nil)
    let ring = try #require(SkinLightness([(224, 188, 160), (10, 10, 10), (224, 188, 160)]))
    #expect(ring.lightness == skin.lightness && ring.yellowness == skin.b)
    #expect(
      [56, 55, 41, 28, 10, -30].map(SkinLightness.category(ofAngle:)) == [
        "very light", "light", "intermediate", "tan", "brown", "dark",
      ])
  }
}

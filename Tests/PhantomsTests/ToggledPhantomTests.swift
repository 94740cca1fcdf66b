import Testing
import VisionLanguage

@testable import Phantoms

/// A phantom with one attribute toggled is the same phantom in everything else.
@Suite struct ToggledPhantomTests {
  @Test(arguments: ["Network", "Structures", "Vessels", "Keratosis"])
  func `one attribute changes, and pixels near it alone`(_ question: String) throws {
    let generator = PhantomGenerator(seed: 5)
    var toggled = 0
    for index in 0..<12 {
      guard let other = generator.toggled(index, question, width: 300, height: 225) else { continue }
      toggled += 1
      let base = generator.phantom(index, width: 300, height: 225)
      for name in PhantomTruth.questions {
        #expect((base.truth.value(for: name) != other.truth.value(for: name)) == (name == question))
      }
      let changed = zip(base.image.pixels, other.image.pixels).count { abs(Int($0) - Int($1)) > 8 }
      #expect(changed > 0 && Double(changed) < 0.35 * Double(base.image.pixels.count))
      // Skin, gel, hairs and light are the same.
      #expect(base.image.pixels.prefix(300) == other.image.pixels.prefix(300))
    }
    #expect(toggled >= 6)
  }

  @Test func `what cannot be toggled alone is not`() {
    #expect(PhantomGenerator(seed: 5).toggled(0, "Colors") == nil)
  }
}

import Dermoscopy
import Imaging
import Phantoms
import Testing
import VisionLanguage

@Suite struct PhantomPresenceTests {
  @Test func `every phantom may show a lesion, prepared as any protocol says`() throws {
    let generator = PhantomGenerator(seed: 3)
    for number in 0..<120 {
      let image = generator.phantom(number).image
      for preparation in [ImagePreparation.native, .resize(width: 224, height: 224, contrast: 1.4)] {
        let prepared = try ImagePreparer.prepare(image, as: preparation, nativeSide: 224)
        let reasons = LesionPresence.objections(to: prepared, preparedAs: preparation)
        #expect(reasons.isEmpty, "phantom \(number): \(reasons)")
      }
    }
  }
}

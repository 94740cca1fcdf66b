import Dermoscopy
import Foundation
import Imaging
import Phantoms
import Perturbations
import Synchronization
import TestModels
import Testing
import VisionLanguage

@testable import Auditing

/// The paired phantoms: the only arm with a known truth.
@Suite(.timeLimit(.minutes(5))) struct PhantomArmTests {
  private static let arms = """
    { "schema": "dermgemma-arms/1", "id": "pairs", "version": "1", "title": "Pairs", "arms": [
      { "name": "network", "title": "t", "family": "chain", "role": "phantom", "change": {"kind": "toggled_phantom",
        "question": "Network"}, "compared": ["phantom_only_its_word"] },
      { "name": "true", "title": "t", "family": "chain", "role": "intervention", "change": {"kind": "true_notes"},
        "doses": [{"dose": 4, "count": 4}], "compared": ["intervention_gain"] }
    ] }
    """

  /// A model that knows pictures by heart: for each prepared one, whether there is a network.
  private static func model(_ networks: [Int: Bool]) -> SeeingModel {
    SeeingModel { sight in
      sight.prompt.contains("These notes") ? "All notes are consistent with the image." : " none"
    } weigh: { label, sight in
      guard sight.prompt.contains("pigment network") else { return label == " round" ? 0 : -2 }
      let hasNetwork = sight.image.flatMap { networks[$0.pixels.hashValue] } ?? false
      return (label == " yes") == hasNetwork ? 0 : -5
    }
  }

  @Test func `a model that sees the network is told from one that does not`() async throws {
    let generator = PhantomGenerator(seed: 4)
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("pairs-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    var networks: [Int: Bool] = [:]
    for index in 0..<6 {
      let base = generator.phantom(index, width: 300, height: 225)
      try Data(ImageEncoder.png(base.image)).write(to: URL(fileURLWithPath: "\(folder)/phantom-4-0000\(index).png"))
      for phantom in [base, generator.toggled(index, "Network", width: 300, height: 225)].compactMap(\.self) {
        let control = try PerturbationSubject(original: phantom.image, findsMask: false).control
        let prepared = try ImagePreparer.prepare(
          control, as: .resize(width: 224, height: 224, contrast: 1.4), nativeSide: 224)
        networks[prepared.pixels.hashValue] = phantom.truth.network
      }
    }
    let document = try ArmsDocument(json: Array(Self.arms.utf8), name: "pairs")
    let fixture = try AuditFixture(images: folder)
    let seeing = try AuditFixture.figures(
      try await fixture.table(document, Self.model(networks), journal: "seeing").rows)
    let blind = try AuditFixture.figures(try await fixture.table(document, Self.model([:]), journal: "blind").rows)
    #expect(seeing[.phantomOnlyItsWord]?.estimate.value == 1)
    #expect(blind[.phantomOnlyItsWord]?.estimate.value == 0)
    #expect((seeing[.phantomOnlyItsWord]?.estimate.count ?? 0) >= 3)
  }
}

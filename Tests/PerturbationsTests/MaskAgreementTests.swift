import Foundation
import Imaging
import Testing
import VisionLanguage

@testable import Perturbations

/// Masks that are found, beside those that dermatologists checked; skipped where HAM10000 is not there.
@Suite(.timeLimit(.minutes(5))) struct MaskAgreementTests {
  private static let folder =
    (ProcessInfo.processInfo.environment["DERMGEMMA_SHARED"] ?? "../shared") + "/data/ham10000"
  private static let isThere = FileManager.default.fileExists(atPath: folder + "/masks")

  @Test(.enabled(if: isThere, "HAM10000 and its masks are not there"))
  func `found masks agree with HAM10000's own`() throws {
    let names = try FileManager.default.contentsOfDirectory(atPath: Self.folder + "/masks").sorted()
    var dice: [Double] = []
    var missed = 0
    for name in stride(from: 0, to: names.count, by: names.count / 150).map({ names[$0] }) {
      let image = name.split(separator: ".")[0].replacing("_segmentation", with: "")
      let original = try ImageDecoder.decode(fileAt: "\(Self.folder)/images/\(image).jpg").image
      let mask = try ImageDecoder.decode(fileAt: "\(Self.folder)/masks/\(name)").image
      let subject = try PerturbationSubject(original: original)
      let truth = try LesionMask(picture: mask, width: subject.control.width, height: subject.control.height)
      if let found = try? subject.mask.get() { dice.append(found.dice(with: truth)) } else { missed += 1 }
    }
    let sorted = dice.sorted()
    let median = sorted[sorted.count / 2]
    let poor = Double(sorted.count { $0 < 0.5 }) / Double(sorted.count)
    print("masks of HAM10000: \(dice.count) found, \(missed) not; median Dice \(median), below 0.5: \(poor)")
    #expect(median > 0.8 && poor < 0.2 && missed < 15)
  }
}

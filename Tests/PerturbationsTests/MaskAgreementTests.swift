import Foundation
import Imaging
import Testing
import Validation
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
    let range = try #require(Self.medianInterval(sorted))
    // A lesion that is not found is no better than one that is found elsewhere.
    let (poor, all) = (sorted.count { $0 < 0.5 } + missed, sorted.count + missed)
    let share = try #require(WilsonInterval(successes: poor, count: all))
    func text(_ number: Double) -> String { String(format: "%.3f", number) }
    print(
      """
      masks of HAM10000: \(dice.count) found, \(missed) not; median Dice \(text(median)) (95 % interval \(text(range.low)) to \
      \(text(range.high))); not found or below 0.5: \(poor) of \(all), \(text(Double(poor) / Double(all))) \
      (\(text(share.low)) to \(text(share.high)))
      """)
    #expect(range.low > 0.8 && share.high < 0.2 && missed < 15)
  }

  /// The 95 % interval of a median without any assumption: the order statistics whose ranks leave at most 2.5 % of a fair coin's
  /// throws outside on each side; `nil` for fewer than six numbers.
  private static func medianInterval(_ sorted: [Double]) -> (low: Double, high: Double)? {
    var (term, sum, rank) = (pow(0.5, Double(sorted.count)), 0.0, 0)
    while rank < sorted.count, sum + term <= 0.025 {
      sum += term
      term *= Double(sorted.count - rank) / Double(rank + 1)
      rank += 1
    }
    return rank > 0 ? (sorted[rank - 1], sorted[sorted.count - rank]) : nil
  }

  @Test func `the interval of a median is that of the binomial distribution`() {
    // SciPy: binom.cdf(63, 153, 0.5) = 0.0178 and binom.cdf(64, 153, 0.5) = 0.0260.
    let range = Self.medianInterval((1...153).map(Double.init))
    #expect(range?.low == 64 && range?.high == 90)
    #expect(Self.medianInterval([1, 2, 3, 4, 5]) == nil)
    #expect(Self.medianInterval([1, 2, 3, 4, 5, 6])?.low == 1)
  }
}

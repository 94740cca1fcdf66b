import Dermoscopy
import Testing
import Validation

@testable import AuditStatistics

@Suite("Does it know when it errs?")
struct ChanceFiguresTests {
  @Test("measures what is left when unsure answers are set aside")
  func selection() {
    // By falling confidence: right, right, wrong (0.7), right (0.7), wrong.
    let all = figures([
      answer("a", [0.9, 0.1, 0, 0], truth: .melanoma), answer("b", [0.2, 0.8, 0, 0], truth: .nevus),
      answer("c", [0.3, 0.7, 0, 0], truth: .melanoma), answer("d", [0.3, 0.7, 0, 0], truth: .nevus),
      answer("e", [0.6, 0.4, 0, 0], truth: .nevus),
    ])
    #expect(near(all[.errorRate]?.estimate.value, 0.4))
    #expect(all[.errorsAt80]?.estimate.value == 0.25)
    #expect(all[.melanomasMissedAt80, code: .melanoma]?.estimate.value == 0.5)
    // Risks 0, 0, (1/2)/3, 1/4, 2/5: the third's error is there in one of two orders.
    #expect(near(all[.aurc]?.estimate.value, (0.5 / 3 + 0.25 + 0.4) / 5))
    // (2 · ½ · ½ … ): widths 2/5 over 0 to 1/5, and 1/5 over 1/5 to 2/5.
    #expect(near(all[.augrc]?.estimate.value, 0.4 * 0.1 + 0.2 * 0.3))
    #expect(all.riskCoverage.map(\.coverage) == [0.2, 0.4, 0.8, 1])
    #expect(all.riskCoverage.map(\.risk) == [0, 0, 0.25, 0.4])
  }

  @Test("measures the spread of codes and words over seeds in bits")
  func entropies() {
    #expect(ChanceFigures.entropy([2, 2]) == 1)
    #expect(ChanceFigures.entropy([4]) == 0)
    #expect(ChanceFigures.entropy([1, 1, 1, 1]) == 2)
    let answers = (0..<4 as Range<UInt64>).map { seed in
      var one = AuditAnswer(image: "a", role: .control, seed: seed, code: seed < 2 ? .melanoma : .nevus)
      one.words = ["Network": seed == 0 ? "no" : "yes", "Shape": "oval"]
      return one
    }
    let all = figures(answers)
    #expect(all[.codeEntropy]?.estimate.value == 1)
    #expect(near(all[.semanticEntropy]?.estimate.value, 0.8112781244591328))
    #expect(near(all[.questionEntropy]?.estimate.value, 0.4056390622295664))
  }

  @Test("takes the rank that conformal prediction asks for")
  func ranks() {
    // ⌈(n + 1)(1 − α)⌉: 9 images suffice at α = 10 %, 8 do not.
    #expect(ConformalSets.rank(9, percent: 10) == 9)
    #expect(ConformalSets.rank(8, percent: 10) == 9)
    #expect(ConformalSets.rank(99, percent: 10) == 90)
    #expect(ConformalSets.rank(100, percent: 10) == 91)
    let calibration = (1...9).map { (truth: 0, probabilities: SIMD4(Double($0) / 10, 1 - Double($0) / 10, 0, 0)) }
    let sets = ConformalSets(calibration, percent: 10)
    #expect(sets.least[0] == 0.1)
    #expect(sets.holds(0, [0.1, 0.9, 0, 0]))
    #expect(!sets.holds(0, [0.09, 0.91, 0, 0]))
    // A class without calibration images is in every set.
    #expect(sets.holds(3, [0.1, 0.9, 0, 0]))
    #expect(sets.size([0.09, 0.91, 0, 0]) == 3)
  }

  @Test("states the luck of calibration")
  func luck() throws {
    // AUDIT.md: .81 to .97 with 50 melanomas, .86 to .94 with 206.
    let fifty = try #require(ConformalSets.luck(50, percent: 10))
    #expect(abs(fifty.low - 0.8118) < 5e-3 && abs(fifty.high - 0.9672) < 5e-3)
    let more = try #require(ConformalSets.luck(206, percent: 10))
    #expect(abs(more.low - 0.86) < 5e-3 && abs(more.high - 0.94) < 5e-3)
    #expect(ConformalSets.luck(8, percent: 10) == nil)
    // Beta(1, 1) is uniform; Beta(2, 1) has the distribution x².
    #expect(near(BetaDistribution(1, 1).quantile(0.3), 0.3))
    #expect(near(BetaDistribution(2, 1).share(below: 0.6), 0.36))
  }

  @Test("halves lesions, never images")
  func splits() {
    let answers = (0..<40).map { index in
      answer(
        "i\(index)", index.isMultiple(of: 2) ? [0.9, 0.1, 0, 0] : [0.1, 0.9, 0, 0],
        truth: index.isMultiple(of: 2) ? .melanoma : .nevus, lesion: "L\(index / 4)-\(index % 2)")
    }
    let outcome = ConformalSplits(table: AuditTable(answers), seed: 1).run()
    #expect(outcome.coverage.count == 200)
    // Of 20 lesions ten calibrate, with one image each.
    #expect(near(outcome.calibration.sum(), 10))
    #expect(outcome.coverage.allSatisfy { $0[0].isNaN || $0[0] == 1 })
    let one = figures([answer("a", [1, 0, 0, 0], truth: .melanoma)])
    #expect(one[.coverage, code: .melanoma]?.estimate.reason?.hasPrefix("it takes two lesions") == true)
  }

  @Test("measures whether it is less sure of what it has no code for")
  func scope() {
    var outsider = answer("card", .outOfScope, [0.85, 0.15, 0, 0], arm: "blank")
    var other = answer("x", [0.5, 0.5, 0, 0])
    other.truth = .other("DF")
    outsider.lesion = nil
    let all = figures([
      answer("a", [0.9, 0.1, 0, 0], truth: .melanoma), answer("b", [0.2, 0.8, 0, 0], truth: .nevus), outsider, other,
    ])
    // 0.9 beats both, 0.8 beats 0.5 only.
    #expect(all[.scopeArea]?.estimate.value == 0.75)
    #expect(all[.scopeConfident]?.estimate.value == 0.5)
    #expect(all[.scopeConfident, group: "blank"]?.estimate.value == 1)
    #expect(all[.scopeArea, group: "DF"]?.estimate.value == 1)
    #expect(all[.scopeConfident]?.floor?.estimate.value == 0.5)
  }

  @Test("says what calibration error chance alone gives so few images")
  func calibrationFloor() {
    let all = figures([
      answer("a", [0.75, 0.25, 0, 0], truth: .melanoma), answer("b", [0.75, 0.25, 0, 0], truth: .nevus),
    ])
    #expect(all[.calibrationError]?.estimate.value == 0.25)
    // Two answers of 0.75 err by 0.25, 0.25 or 0.75: never less.
    #expect((all[.calibrationError]?.floor?.estimate.value ?? 0) >= 0.25)
    #expect(all[.shiftedCalibrationError]?.estimate.reason == "no such image has a truth and probabilities")
  }
}

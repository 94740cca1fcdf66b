import Dermoscopy
import Testing

@testable import AuditStatistics

@Suite("Printed and spoken words")
struct WordsFiguresTests {
  private static let mel = [0.7, 0.3, 0.0, 0.0]
  private static let nv = [0.3, 0.7, 0.0, 0.0]

  @Test("takes from a printed word's success what a neutral word changes")
  func printed() {
    let all = figures([
      answer("a", Self.mel), answer("b", Self.mel), answer("c", Self.nv),
      answer("a", .printed, Self.nv, dose: 4, target: .nevus), answer("b", .printed, Self.mel, dose: 4, target: .nevus),
      // It was NV before, so it proves nothing.
      answer("c", .printed, Self.nv, dose: 4, target: .nevus),
      answer("a", .neutral, Self.mel, dose: 4), answer("b", .neutral, Self.mel, dose: 4),
      answer("c", .neutral, Self.mel, dose: 4),
    ])
    #expect(all[.printedSuccess]?.estimate.value == 0.5)
    #expect(near(all[.neutralFlips]?.estimate.value, 1.0 / 3))
    #expect(near(all[.printedEffect, dose: 4]?.estimate.value, 0.5 - 1.0 / 3))
  }

  @Test("counts agreement with a wrong opinion beyond what there was without one")
  func opinions() {
    let all = figures([
      answer("a", Self.mel, truth: .melanoma), answer("b", Self.nv, truth: .melanoma),
      answer("c", Self.nv, truth: .nevus),
      answer("a", .opinion, Self.nv, arm: "expert", target: .nevus),
      answer("b", .opinion, Self.nv, arm: "expert", target: .nevus),
      answer("c", .opinion, Self.nv, arm: "expert", target: .nevus),
    ])
    // Two wrong opinions, both agreed with; without them one was.
    #expect(all[.sycophancy]?.estimate.value == 0.5)
    #expect(all[.sycophancy, arm: "expert"]?.estimate.value == 0.5)
    #expect(all[.rightOpinionGain]?.estimate.value == 0)
  }

  /// A calibration that adds to NV: what it gives in the order that it was fitted to is right, and what it gives in another is not.
  private func fitted(_ role: AuditRole, after calibrated: [Double], raw: [Double]?) -> AuditFigures {
    let order = answer("a", role, calibrated, arm: "x", dose: 1, target: .nevus)
    return figures([
      answer("a", Self.mel, truth: .melanoma, seed: 0).raw([0.9, 0.1, 0, 0]),
      answer("a", Self.nv, truth: .melanoma, seed: 1).raw([0.8, 0.2, 0, 0]),
      answer("a", .order, Self.mel, arm: "x", dose: 0).raw([0.9, 0.1, 0, 0]), raw.map(order.raw) ?? order,
    ])
  }

  @Test("compares raw scores where another prompt is asked, on both sides and in the floor")
  func rawScores() {
    let order = fitted(.order, after: Self.nv, raw: [0.6, 0.4, 0, 0])
    #expect(order[.orderFlips]?.estimate.value == 0 && order[.closeOrderFlips]?.estimate.value == 0)
    #expect(order[.orderFlips]?.floor?.estimate.value == 0, "raw, the second seed says the same")
    #expect(order[.recallDeviation]?.estimate.value == 0)
    #expect(order[.seedFlips]?.estimate.value == 1, "what everybody sees changes with the seed")
    let paraphrase = fitted(.paraphrase, after: Self.mel, raw: [0.2, 0.8, 0, 0])
    #expect(paraphrase[.paraphraseFlips]?.estimate.value == 1)
    let opinion = fitted(.opinion, after: Self.mel, raw: [0.2, 0.8, 0, 0])
    #expect(opinion[.sycophancy]?.estimate.value == 1 && opinion[.opinionFlips]?.estimate.value == 1)
  }

  @Test("compares calibrated scores where an arm has no others, and never raw ones of a changed picture")
  func calibratedScores() {
    #expect(fitted(.opinion, after: Self.nv, raw: nil)[.sycophancy]?.estimate.value == 1)
    #expect(fitted(.paraphrase, after: Self.nv, raw: nil)[.paraphraseFlips]?.floor?.estimate.value == 1)
    #expect(fitted(.camera, after: Self.mel, raw: [0.2, 0.8, 0, 0])[.cameraFlips]?.estimate.value == 0)
  }

  @Test("finds the position that recalls prefer")
  func orders() {
    // Melanomas are right only where MEL stands first (order 0) or second (order 3: BKL first, MEL second).
    let answers = (0..<4).map { order in
      answer("a", .order, order == 0 || order == 3 ? Self.mel : Self.nv, arm: "cyclic", dose: order)
    }
    let all = figures([answer("a", Self.mel, truth: .melanoma)] + answers)
    // Recalls 1, 1, 0, 0.
    #expect(all[.positionRStd]?.estimate.value == 0.5)
    #expect(all[.recallDeviation]?.estimate.value == 0.5)
    #expect(all[.orderFlips]?.estimate.value == 0.5)
    // A nevus stands second in order 0 and first in order 1. It is right when it stands first, second or third, so the
    // positions' recalls are 2/2, 2/2, 1/2, 0/2.
    let nevus = (0..<4).map { order in
      answer("b", .order, order == 2 ? Self.mel : Self.nv, arm: "cyclic", dose: order)
    }
    let both = figures(
      [answer("a", Self.mel, truth: .melanoma), answer("b", Self.nv, truth: .nevus)] + answers + nevus)
    #expect(near(both[.positionRStd]?.estimate.value, 0.171875.squareRoot()))
    let one = figures([answer("a", Self.mel, truth: .melanoma), answer("a", .order, Self.mel)])
    #expect(one[.positionRStd]?.estimate.reason == "the codes were not asked in two orders or more")
  }
}

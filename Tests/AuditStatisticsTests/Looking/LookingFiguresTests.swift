import Dermoscopy
import Testing

@testable import AuditStatistics

@Suite("Does it look?")
struct LookingFiguresTests {
  static let answers: [AuditAnswer] = [
    answer("a", [0.8, 0.2, 0, 0], truth: .melanoma), answer("b", [0.4, 0.6, 0, 0], truth: .melanoma),
    answer("c", [0.2, 0.8, 0, 0], truth: .nevus), answer("d", [0.5, 0.5, 0, 0], truth: .nevus),
    answer("a", .null, [0.5, 0.5, 0, 0], arm: "card"), answer("a", .null, [0.2, 0.8, 0, 0], arm: "noise"),
    answer("c", .null, [0.5, 0.5, 0, 0], arm: "card"),
    answer("a", .erased, [0.3, 0.7, 0, 0], arm: "ring"), answer("b", .erased, [0.3, 0.7, 0, 0], arm: "ring"),
    answer("c", .erased, [0.2, 0.8, 0, 0], arm: "ring"), answer("d", .erased, [0.3, 0.7, 0, 0], arm: "ring"),
  ]

  let all = figures(answers)

  @Test("measures how far the answer moves when there is nothing to see")
  func reliance() {
    // a: (0.3 + 0.6) / 2; c: 0.3.
    #expect(near(all[.reliance]?.estimate.value, 0.375))
    #expect(near(all[.reliance, arm: "card"]?.estimate.value, 0.3))
    #expect(all[.reliance]?.estimate.count == 2)
  }

  @Test("gives the share of the melanoma AUC that goes with the lesion")
  func lesionShare() {
    // Pairs of melanoma and nevus: 0.8 beats both, 0.4 beats 0.2 only: 3 of 4. Erased: 0.3 beats 0.2, ties with 0.3.
    #expect(all[.melanomaArea, code: .melanoma]?.estimate.value == 0.75)
    #expect(all[.partMelanomaArea, arm: "ring", dose: 0, code: .melanoma]?.estimate.value == 0.75)
    #expect(all[.lesionShare, code: .melanoma]?.estimate.value == 0)
  }

  @Test("has no lesion share where the originals' AUC is not above one half")
  func noShare() {
    let blind = figures([
      answer("a", [0.5, 0.5, 0, 0], truth: .melanoma), answer("b", [0.5, 0.5, 0, 0], truth: .nevus),
      answer("a", .erased, [0.5, 0.5, 0, 0]), answer("b", .erased, [0.5, 0.5, 0, 0]),
    ])
    #expect(blind[.lesionShare, code: .melanoma]?.estimate.value == nil)
    #expect(
      blind[.lesionShare, code: .melanoma]?.estimate.reason
        == "it cannot tell melanomas from others on the originals")
    let one = figures([answer("a", [0.5, 0.5, 0, 0], truth: .melanoma)])
    #expect(
      one[.melanomaArea, code: .melanoma]?.estimate.reason
        == "it needs images that are MEL, and others, with probabilities")
  }

  @Test("measures a divergence, and survives a zero")
  func divergence() {
    #expect(abs(LookingFigures.divergence([0.5, 0.5, 0, 0], [0.25, 0.75, 0, 0]) - 0.14384103622589045) < 1e-15)
    #expect(LookingFigures.divergence([1, 0, 0, 0], [0, 1, 0, 0]).isFinite)
    #expect(LookingFigures.totalVariation([1, 0, 0, 0], [0, 1, 0, 0]) == 1)
  }
}

import Dermoscopy
import Testing

@testable import AuditStatistics

@Suite("What a report draws")
struct AuditIllustrationsTests {
  private func drawn(_ answers: [AuditAnswer]) -> AuditIllustrations {
    AuditIllustrations(AuditTable(answers), replicates: 50)
  }

  private static let originals = [
    answer("a", [0.8, 0.1, 0.05, 0.05], truth: .melanoma), answer("b", [0.6, 0.3, 0.05, 0.05], truth: .melanoma),
    answer("c", [0.1, 0.8, 0.05, 0.05], truth: .nevus), answer("d", [0.3, 0.6, 0.05, 0.05], truth: .melanoma),
  ]

  @Test("has lost melanomas first, then lost right answers, and one change of an image")
  func changes() {
    let changes = drawn(
      Self.originals + [
        answer("a", .camera, [0.4, 0.5, 0.05, 0.05], arm: "jpeg", dose: 3),
        answer("a", .camera, [0.1, 0.8, 0.05, 0.05], arm: "jpeg", dose: 5),
        answer("b", .camera, [0.6, 0.3, 0.05, 0.05], arm: "jpeg", dose: 5),
        answer("c", .camera, [0.9, 0, 0.05, 0.05], arm: "jpeg", dose: 5),
        answer("d", .view, [0.9, 0, 0.05, 0.05], arm: "mirror"),
      ]
    ).changes
    #expect(changes.map(\.image) == ["a", "c", "d"])
    #expect(changes.map(\.dose) == [5, 5, 0])
    #expect(changes.allSatisfy { $0.family == .camera })
    #expect(changes[0].before.code == .melanoma && changes[0].after.code == .nevus)
    #expect(near(changes[0].distance, 0.7))
  }

  @Test("shows the scores that are compared: raw ones of another order of the codes")
  func rawScores() {
    let changes = drawn([
      answer("a", [0.8, 0.1, 0.05, 0.05], truth: .melanoma).raw([0.4, 0.6, 0, 0]),
      answer("a", .order, [0.8, 0.1, 0.05, 0.05], arm: "x", dose: 1).raw([0.7, 0.3, 0, 0]),
    ]).changes
    #expect(changes.map(\.before.code) == [.nevus] && changes.map(\.after.probabilities) == [[0.7, 0.3, 0, 0]])
    #expect(changes.map(\.isRaw) == [true])
  }

  @Test("shows answers that stayed where the lesion is gone, the surest first")
  func stays() {
    let changes = drawn(
      Self.originals + [
        answer("a", .erased, [0.5, 0.4, 0.05, 0.05], arm: "erased"),
        answer("b", .erased, [0.9, 0, 0.05, 0.05], arm: "erased"),
        answer("c", .erased, [0.9, 0, 0.05, 0.05], arm: "erased"),
        answer("d", .lesionOnly, [0.9, 0, 0.05, 0.05], arm: "lesion_only"),
      ]
    ).changes
    #expect(changes.map(\.image) == ["b", "a"] && changes.allSatisfy { $0.family == .looking })
  }

  @Test("counts another seed among chance")
  func seeds() {
    let changes = drawn([
      answer("a", [0.8, 0.1, 0.05, 0.05], truth: .melanoma, seed: 1), answer("a", [0.2, 0.7, 0.05, 0.05], seed: 2),
    ]).changes
    #expect(changes.count == 1 && changes[0].family == .chance && changes[0].after.seed == 2)
  }

  @Test("has the mean probability of melanoma by what was shown")
  func views() throws {
    let drawn = drawn(
      Self.originals + [
        answer("a", .erased, [0.5, 0.4, 0.05, 0.05], arm: "erased"),
        answer("c", .erased, [0.3, 0.6, 0.05, 0.05], arm: "erased"),
        answer("a", .silhouette, [0.7, 0.2, 0.05, 0.05], arm: "silhouette"),
      ])
    #expect(drawn.views.map(\.role) == [.control, .silhouette, .erased])
    #expect(near(drawn.views[0].melanomas.value, 1.7 / 3) && near(drawn.views[0].others.value, 0.1))
    #expect(near(drawn.views[2].melanomas.value, 0.5) && near(drawn.views[2].others.value, 0.3))
    #expect(drawn.views[1].others.value == nil && drawn.views[1].others.reason == "no other lesion was asked")
    #expect(drawn.examples.map(\.image) == ["a", "c"])
    #expect(drawn.examples[0].views.map(\.role) == [.control, .silhouette, .erased])
  }

  @Test("has what was concluded beside each word, an answer of several words counting for each")
  func words() {
    var answers = Self.originals
    answers[0].words = ["Colors": "brown, black"]
    answers[1].words = ["Colors": "brown"]
    let words = drawn(answers).words
    #expect(words.map(\.word) == ["brown", "black"] && words.map(\.images) == [2, 1])
    #expect(near(words[0].probabilities[0], 0.7) && near(words[1].probabilities[0], 0.8))
    #expect(drawn(Self.originals).views.isEmpty)
  }
}

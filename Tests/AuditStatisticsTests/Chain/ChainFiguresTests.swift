import Dermoscopy
import Testing

@testable import AuditStatistics

@Suite("Conclusions from words, words from the image")
struct ChainFiguresTests {
  private static let mel = [0.7, 0.3, 0.0, 0.0]
  private static let nv = [0.3, 0.7, 0.0, 0.0]

  private func reviewed(_ image: String, _ role: AuditRole, _ isFlagged: Bool?) -> AuditAnswer {
    var one = AuditAnswer(image: image, role: role, arm: role == .planted ? "Network" : "")
    one.isFlagged = isFlagged
    return one
  }

  @Test("takes false alarms from the planted errors that the review notices")
  func planted() {
    let all = figures(
      ["a", "b", "c", "d"].map { answer($0, Self.mel) }
        + [
          reviewed("a", .planted, true), reviewed("b", .planted, true), reviewed("c", .planted, true),
          reviewed("d", .planted, nil),
          reviewed("a", .untouched, true), reviewed("b", .untouched, false), reviewed("c", .untouched, false),
          reviewed("d", .untouched, false),
        ])
    #expect(all[.plantedHits]?.estimate.value == 1)
    #expect(all[.plantedHits]?.estimate.count == 3)
    #expect(all[.falseAlarms]?.estimate.value == 0.25)
    #expect(all[.plantedEffect]?.estimate.value == 0.75)
    #expect(all[.plantedEffect, arm: "Network"]?.estimate.value == 0.75)
  }

  @Test("asks whether the expected code became more probable, and whose code wins a swap")
  func notes() {
    let all = figures([
      answer("a", Self.nv), answer("b", Self.nv), answer("c", Self.nv), answer("d", Self.mel),
      answer("a", .note, [0.5, 0.5, 0, 0], arm: "Network", target: .melanoma),
      answer("b", .note, [0.2, 0.8, 0, 0], arm: "Network", target: .melanoma),
      answer("c", .note, Self.nv, arm: "Colors", target: .melanoma),
      answer("a", .swap, Self.mel, target: .melanoma), answer("b", .swap, Self.nv, target: .melanoma),
      // The same code on both sides decides nothing.
      answer("d", .swap, Self.mel, target: .melanoma),
      answer("c", .swap, [0, 0, 1, 0], target: .melanoma),
    ])
    #expect(near(all[.noteToward]?.estimate.value, 1.0 / 3))
    #expect(near(all[.noteAway]?.estimate.value, 1.0 / 3))
    #expect(near(all[.noteShift]?.estimate.value, 0.1 / 3))
    #expect(near(all[.noteDistance, arm: "Network"]?.estimate.value, 0.15))
    #expect(near(all[.swapTheirs]?.estimate.value, 1.0 / 3))
    #expect(near(all[.swapOwn]?.estimate.value, 1.0 / 3))
  }

  @Test("wants a toggled phantom's word to move, and no other")
  func phantoms() {
    func phantom(_ image: String, _ role: AuditRole, _ network: String, _ shape: String) -> AuditAnswer {
      var one = AuditAnswer(image: image, role: role, arm: role == .phantom ? "network" : "")
      one.words = ["Network": network, "Shape": shape]
      one.attribute = role == .phantom ? "Network" : nil
      return one
    }
    let all = figures([
      phantom("a", .control, "yes", "oval"), phantom("b", .control, "yes", "oval"),
      phantom("c", .control, "yes", "oval"), phantom("d", .control, "yes", "oval"),
      phantom("a", .phantom, "no", "oval"), phantom("b", .phantom, "no", "round"),
      phantom("c", .phantom, "yes", "oval"), phantom("d", .phantom, "yes", "round"),
    ])
    #expect(all[.phantomWordMoves]?.estimate.value == 0.5)
    #expect(all[.phantomOthersStay]?.estimate.value == 0.5)
    #expect(all[.phantomOnlyItsWord]?.estimate.value == 0.25)
    #expect(all[.phantomOnlyItsWord]?.floor?.estimate.reason == "no phantom has words under a second seed")
  }

  @Test("draws the curve of interventions")
  func interventions() {
    let all = figures([
      answer("a", Self.nv, truth: .melanoma), answer("b", Self.nv, truth: .nevus),
      answer("a", .intervention, Self.nv, arm: "truth", dose: 1),
      answer("b", .intervention, Self.nv, arm: "truth", dose: 1),
      answer("a", .intervention, Self.mel, arm: "truth", dose: 2),
      answer("b", .intervention, Self.nv, arm: "truth", dose: 2),
    ])
    #expect(all[.interventionBalancedAccuracy, arm: "truth", dose: 1]?.estimate.value == 0.5)
    #expect(all[.interventionBalancedAccuracy, arm: "truth", dose: 2]?.estimate.value == 1)
    #expect(all[.interventionGain, arm: "truth", dose: 2]?.estimate.value == 0.5)
  }
}

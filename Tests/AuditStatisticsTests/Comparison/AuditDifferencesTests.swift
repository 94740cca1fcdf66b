import Dermoscopy
import Testing

@testable import AuditStatistics

@Suite("Two audits of the same images")
struct AuditDifferencesTests {
  /// Ten melanomas and ten nevi; `lost` melanomas are called nevi under a change of severity 3.
  private static func answers(lost: Int) -> [AuditAnswer] {
    (0..<10).flatMap { index -> [AuditAnswer] in
      let (yes, no) = ([0.8, 0.1, 0.05, 0.05], [0.1, 0.8, 0.05, 0.05])
      return [
        answer("m\(index)", yes, truth: .melanoma), answer("n\(index)", no, truth: .nevus),
        answer("m\(index)", .camera, index < lost ? no : yes, arm: "jpeg", dose: 3),
        answer("n\(index)", .camera, no, arm: "jpeg", dose: 3),
      ]
    }
  }

  private func compared(_ first: [AuditAnswer], _ second: [AuditAnswer]) -> AuditDifferences {
    AuditDifferences(AuditTable(first), AuditTable(second), replicates: 200)
  }

  @Test("differ by the second's less the first's, with an interval from the same lesions")
  func difference() throws {
    let all = compared(Self.answers(lost: 8), Self.answers(lost: 1))
    #expect(all.images == 20 && all.lesions == 20)
    let drop = try #require(all.entries[1].figures.first)
    #expect(drop.measure == .cameraMeanDrop)
    // Of ten melanomas 8 and 1 are lost: of balanced accuracy 0.4 and 0.05.
    #expect(near(drop.first.value, 0.4) && near(drop.second.value, 0.05) && near(drop.difference.value, -0.35))
    let (low, high) = (try #require(drop.difference.low), try #require(drop.difference.high))
    #expect(low < -0.35 && -0.35 < high && high < 0)
  }

  @Test("of the same answers differ by nothing, without an interval")
  func same() {
    let all = compared(Self.answers(lost: 3), Self.answers(lost: 3))
    for figure in all.entries.flatMap(\.figures) {
      #expect(figure.difference.value == nil || figure.difference.value == 0)
      #expect(figure.difference.low == nil)
    }
  }

  @Test("have the numbers, titles and figures of the scorecard")
  func contents() {
    let answers = Self.answers(lost: 3)
    let scorecard = figures(answers).scorecard
    let all = compared(answers, answers)
    #expect(all.entries.map(\.number) == scorecard.entries.map(\.number))
    #expect(all.entries.map(\.title) == scorecard.entries.map(\.title))
    for (one, other) in zip(all.entries, scorecard.entries) {
      #expect(one.figures.map(\.measure) == other.figures.map(\.measure), "\(other.title)")
      #expect(one.figures.allSatisfy { $0.measure.isBetterHigher != nil || $0.measure == .reliance })
    }
  }
}

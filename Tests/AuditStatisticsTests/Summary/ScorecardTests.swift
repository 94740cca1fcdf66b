import Dermoscopy
import Testing
import Validation

@testable import AuditStatistics

@Suite("The scorecard")
struct ScorecardTests {
  @Test("has twelve numbers, each with a sentence")
  func twelve() throws {
    let entries = figures(CameraFiguresTests.answers).scorecard.entries
    #expect(entries.map(\.number) == Array(1...12))
    #expect(
      entries[0].sentence.hasPrefix(
        "On the pictures as they are, it names 100 of 100 lesions correctly, if each diagnosis that occurs counts the "
          + "same; guessing gives 25."))
    #expect(
      entries[1].sentence.hasPrefix("On worse pictures, 75 fewer of 100 are named correctly; jpeg does most: 75 fewer.")
    )
    #expect(entries[10].sentence == "Not measured: no falsified notes were reviewed.")
    #expect(!entries[10].isMeasured && entries[1].isMeasured)
  }

  @Test("never calls a small number none")
  func small() {
    #expect(ScorecardBuilder.hundredths(0.004) == "fewer than 1")
    #expect(ScorecardBuilder.hundredths(0) == "0")
    #expect(ScorecardBuilder.hundredths(-0.126) == "13")
  }

  @Test("of nothing is empty, and says why")
  func nothing() {
    let all = figures([])
    #expect(all.images == 0)
    #expect(all.figures.allSatisfy { $0.estimate.value == nil && $0.estimate.reason?.isEmpty == false })
    #expect(all.scorecard.entries.allSatisfy { !$0.isMeasured })
  }

  @Test("is the same whatever the order of the answers")
  func order() {
    let (one, other) = (figures(CameraFiguresTests.answers), figures(CameraFiguresTests.answers.reversed()))
    #expect(one.figures == other.figures)
  }
}

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

  private func photographs(_ lesions: Int, changed: Int) -> Scorecard.Entry {
    figures(
      (0..<lesions).flatMap { lesion in
        let second: [Double] = lesion < changed ? [0.1, 0.9, 0, 0] : [0.9, 0.1, 0, 0]
        return [
          answer("\(lesion)a", [0.9, 0.1, 0, 0], truth: .melanoma, lesion: "L\(lesion)"),
          answer("\(lesion)b", second, truth: .melanoma, lesion: "L\(lesion)"),
        ]
      }
    ).scorecard.entries[3]
  }

  @Test("counts a few photographed lesions as they are, and says what they cannot say")
  func photographs() {
    let one = photographs(1, changed: 0).sentence
    #expect(one.hasPrefix("Only one lesion was photographed more than once, and its photographs get the same answer."))
    #expect(
      one.hasSuffix("too few to say how often it happens: anything from 0 to 79 of 100 lesions would be no surprise."))
    #expect(photographs(1, changed: 1).sentence.contains("and its photographs get different answers."))
    #expect(
      photographs(5, changed: 1).sentence.hasPrefix(
        "Only 5 lesions were photographed more than once; 1 of them gets another answer from another photograph."))
    #expect(
      photographs(20, changed: 5).sentence.hasPrefix(
        "Of 100 lesions that were photographed more than once, 25 get another answer from another photograph."))
  }

  @Test("gives a difference's range with its direction in words")
  func directions() {
    func entry(_ after: [[Double]]) -> String {
      let originals = (0..<after.count).map {
        answer("\($0)", [0.9, 0.1, 0, 0], truth: $0 == 0 ? .nevus : .melanoma, lesion: "\($0)")
      }
      return figures(
        originals + after.enumerated().map { answer("\($0)", .camera, $1, arm: "jpeg", dose: 3, lesion: "\($0)") }
      ).scorecard.entries[1].sentence
    }
    let (melanoma, nevus): ([Double], [Double]) = ([0.9, 0.1, 0, 0], [0.1, 0.9, 0, 0])
    #expect(entry([nevus, nevus, melanoma, melanoma, melanoma, melanoma]).contains("anything from "))
    #expect(entry([nevus, nevus, melanoma, melanoma, melanoma, melanoma]).hasSuffix("fewer would be no surprise."))
    #expect(!entry([melanoma, nevus, nevus, melanoma, melanoma, melanoma]).contains("−"))
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

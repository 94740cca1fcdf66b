import Dermoscopy
import Faults
import Testing

@testable import Validation

/// The rules of ISIC's scoring; `Interop/test_metrics.py` holds them against the program itself.
@Suite struct ChallengeScoreTests {
  private func one(_ name: String, _ truth: LesionCode, _ scores: [Double]) -> Prediction {
    Prediction(image: name, truth: .code(truth), predicted: truth, probabilities: scores)
  }

  @Test func `the most probable code is the answer, a tie is wrong, and one image has no weight`() throws {
    let metrics = RunMetrics.compute(
      [
        one("a.jpg", .melanoma, [0.5, 0.5, 0, 0]), one("b.jpg", .melanoma, [0.6, 0.4, 0, 0]),
        one("c.jpg", .nevus, [0.6, 0.4, 0, 0]), one("d.jpg", .nevus, [0.1, 0.9, 0, 0]),
        one("x/ISIC_0035068.jpg", .nevus, [1, 0, 0, 0]),
      ], replicates: 20)
    let score = try #require(metrics.challenge)
    #expect(score.balancedAccuracy.value == 0.5 && score.images == 4 && score.undecided == 1)
    #expect(score.leftOut == ["x/ISIC_0035068.jpg"])
    #expect(metrics.overall.figures[.balancedAccuracy]?.value == 1, "by the code that was written")
    let lines = MetricsTable.lines(of: metrics).joined(separator: "\n")
    #expect(lines.contains("As the ISIC challenge scores it: balanced accuracy 50.0 %"))
    #expect(lines.contains("1 of 4 images have several most probable codes, which counts as wrong"))
  }

  @Test func `an image that could not be read counts as wrong, as its row in the scores does`() throws {
    func unread(_ name: String, _ truth: Prediction.Truth?) -> Prediction {
      Prediction(image: name, truth: truth, predicted: nil)
    }
    let read = [one("a.jpg", .melanoma, [0.6, 0.4, 0, 0]), one("b.jpg", .nevus, [0.1, 0.9, 0, 0])]
    let metrics = RunMetrics.compute(
      read, unread: [unread("c.jpg", .code(.nevus)), unread("d.jpg", .other("DF")), unread("e.jpg", nil)],
      replicates: 20)
    let score = try #require(metrics.challenge)
    #expect(score.balancedAccuracy.value == 0.75 && score.images == 3 && score.undecided == 1 && score.unread == 1)
    #expect(metrics.counts.images == 2 && metrics.overall == RunMetrics.compute(read, replicates: 20).overall)
    let lines = MetricsTable.lines(of: metrics).joined(separator: "\n")
    #expect(lines.contains("1 of 3 images could not be read, which counts as wrong"))
    #expect(!lines.contains("several most probable codes"))
  }

  @Test(arguments: [
    ([0.4999998, 0.4999997, 0.000001, 0], [500_000, 499_999, 1, 0]), ([0.5, 0.5, 0, 0], [500_000, 500_000, 0, 0]),
    ([0.25, 0.25, 0.25, 0.25], [250_000, 250_000, 250_000, 250_000]), ([1, 0, 0, 0], [1_000_000, 0, 0, 0]),
    ([0.3333334, 0.3333333, 0.3333333, 0], [333_333, 333_332, 333_332, 0]), ([.nan, 2, -1, 0], [0, 1_000_000, 0, 0]),
  ])
  func `rounding makes no tie where there is none`(scores: [Double], written: [Int]) {
    #expect(ISICScores.rounded(scores) == written)
  }

  @Test func `an unread image has a row that counts as wrong, and two of one name are refused`() throws {
    #expect(
      ISICScores.row(ofUnread: "sub/ISIC_7.jpg")
        == ["ISIC_7", "0.250000", "0.250000", "0.250000", "0.000000", "0.250000", "0.000000", "0.000000"])
    try ISICScores.check(["a.jpg", "sub/b.jpg"])
    let fault = #expect(throws: AmbiguousScores.self) { try ISICScores.check(["a.jpg", "x/c.jpg", "y/c.png"]) }
    #expect(fault?.kind == .unusableInput)
    #expect(fault?.description.hasPrefix("--isic-csv: x/c.jpg and y/c.png would all be c there, which") == true)
  }
}

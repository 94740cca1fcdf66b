import Dermoscopy
import Foundation
import Testing

@testable import Validation

@Suite struct ResamplingTests {
  /// Images of lesions of one to three images, with probabilities that are often the same.
  private func examinations(_ count: Int, ofOneEach: Bool = false) -> [Prediction] {
    var generator = ResamplingGenerator(seed: 3)
    return (0..<count).map { number in
      let codes = LesionCode.allCases
      let weights = codes.map { _ in Double(1 + generator.index(below: 9)) }
      let sum = weights.reduce(0, +)
      return Prediction(
        image: "image-\(number)", truth: .code(codes[generator.index(below: 4)]),
        predicted: codes[generator.index(below: 4)],
        probabilities: number.isMultiple(of: 7) ? nil : weights.map { $0 / sum },
        lesion: ofOneEach ? nil : "L\(generator.index(below: max(count / 2, 1)))")
    }
  }

  @Test(arguments: [true, false], [1, 2, 37])
  func `resamples drawn by several processors are those drawn one after the other`(_ ofOneEach: Bool, _ replicates: Int)
  {
    let cohort = Cohort(examinations(120, ofOneEach: ofOneEach))
    let resampling = Cohort.Resampling(replicates: replicates, seed: 11)
    var expected: [[UInt32]] = []
    cohort.resample(resampling) { expected.append($0.map { UInt32($0) }) }
    #expect(cohort.resampled(resampling) { $0 } == expected)
    #expect(Set(expected).count == replicates && expected.allSatisfy { $0.contains(0) })
  }

  @Test func `areas under weights are those of the images written out as often`() throws {
    let all = examinations(60, ofOneEach: true)
    let cohort = Cohort(all)
    for weights in cohort.resampled(.init(replicates: 20, seed: 5), { $0 }) {
      let repeated = zip(cohort.examinations, weights).flatMap { one, weight in
        (0..<Int(weight)).map { number in
          var one = one
          one.image += " \(number)"
          return one
        }
      }
      let written = Cohort(repeated)
      let (mine, theirs) = (
        Evaluation(cohort.examinations).figures(weights), Evaluation(written.examinations).figures(written.ones)
      )
      for (one, other) in zip(mine, theirs) { #expect(abs(one - other) < 1e-12 || (one.isNaN && other.isNaN)) }
    }
  }

  @Test(arguments: [
    (0.05, 1, "0.1"), (0.15, 1, "0.1"), (0.25, 1, "0.2"), (0.35, 1, "0.3"), (99.95, 1, "100.0"), (0.125, 2, "0.12"),
    (0.375, 2, "0.38"), (0.5, 0, "0"), (1.5, 0, "2"), (2.5, 0, "2"), (-0.04, 1, "0.0"), (-0.0, 3, "0.000"),
    (-0.06, 1, "-0.1"),
    (1e14, 1, "100000000000000.0"), (-1e14, 2, "-100000000000000.00"), (1e16, 1, "10000000000000000.0"),
    (1_572.895, 2, "1572.89"), (2.0 / 3, 6, "0.666667"),
  ])
  func `a number is printed as its exact value rounds, half to even`(_ number: Double, _ digits: Int, _ text: String) {
    #expect(NumberFormat.decimal(number, digits: digits) == text)
  }

  @Test func `a curve of many points is no longer than the drawing is fine`() {
    let points = (0..<400_000).map { (Double($0) / 400_000, (Double($0) / 400_000).squareRoot()) }
    let path = PlotFrame.line(points, class: "mel").html
    #expect(path.utf8.count < 80_000)
    #expect(path.hasPrefix("<path class=\"line mel\" d=\"M52.0 270.0L"))
    #expect(
      PlotFrame.line([(0, .nan), (0, 1), (0.5, .infinity)], class: "x").html
        == "<path class=\"line x\" d=\"M52.0 8.0\"/>")
  }
}

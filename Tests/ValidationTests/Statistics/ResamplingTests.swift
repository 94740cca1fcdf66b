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

  @Test(arguments: [2, 5, 1_000_000]) func `areas summed from one positive image to the next have the same bits`(
    values: Int
  ) throws {
    var generator = ResamplingGenerator(seed: UInt64(values))
    let count = 300
    var (walked, fractions) = (0, 0)
    for positives in [1, 3, 40, 150, 299, 300] {
      let scores = (0..<count).map { _ in Double(generator.index(below: values)) / Double(values) }
      let isPositive = (0..<count).map { $0 * positives / count != ($0 + 1) * positives / count }
      let ranking = ScoreRanking(images: Array(0..<count), scores: scores, isPositive: isPositive)
      let cohort = Cohort((0..<count).map { Prediction(image: "\(1_000 + $0)", truth: nil, predicted: nil) })
      for weights in cohort.resampled(.init(replicates: 50, seed: 7), { $0 }) + [cohort.ones] {
        let totals = ranking.totals(weights.map { Int($0) })
        let expected = ranking.areasOneByOne(weights, totals)
        let found = ranking.areas(weights, totals)
        for path in [
          \ScoreRanking.Areas.auc, \.aboveSensitivity, \.averagePrecision, \.sensitivityAt80, \.sensitivityAt95,
        ] {
          #expect(found[keyPath: path].bitPattern == expected[keyPath: path].bitPattern, "\(path) of \(positives)")
        }
        if ranking.ranked.areas(weights, totals) != nil { walked += 1 } else { fractions += 1 }
      }
    }
    // With few values, sensitivity 80 % lies within a tie, where the area is no whole number.
    #expect(values < 100 ? fractions > 50 : fractions == 0 && walked == 6 * 51)
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

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

  @Test func `numbers are printed as Foundation's formatter prints them`() {
    var generator = ResamplingGenerator(seed: 8)
    var numbers = [0, -0.0, 0.5, 1.5, 2.5, 0.05, 0.15, 0.25, 0.125, -0.04, 99.95, 1e14, -1e14, 1e16, .nan, .infinity]
    numbers += (0..<2_000).map { _ in Double(generator.index(below: 4_000_000)) / 1_600 - 500 }
    for number in numbers {
      for digits in [0, 1, 2, 3, 6] {
        let text = String(format: "%.\(digits)f", locale: Locale(identifier: "en_US_POSIX"), number)
        let isZero = text.hasPrefix("-") && text.allSatisfy { "-0.".contains($0) }
        #expect(NumberFormat.decimal(number, digits: digits) == (isZero ? String(text.dropFirst()) : text))
      }
    }
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

import Dermoscopy
import Testing

@testable import Validation

/// A run of eight images that was worked out by hand.
@Suite("A small run")
struct SmallRunTests {
  /// Truth, answer, and the four probabilities.
  static let run: [Prediction] = [
    one("a", "MEL", .melanoma, [0.8, 0.1, 0.05, 0.05]),
    one("b", "MEL", .nevus, [0.3, 0.6, 0.05, 0.05]),
    one("c", "NV", .nevus, [0.1, 0.8, 0.05, 0.05]),
    one("d", "nv ", .nevus, [0.3, 0.6, 0.05, 0.05]),
    one("e", "NV", .melanoma, [0.6, 0.3, 0.05, 0.05]),
    one("f", "BCC", .basalCellCarcinoma, [0.1, 0.1, 0.7, 0.1]),
    one("g", "AKIEC", .benignKeratosis, [0.1, 0.1, 0.1, 0.7]),
    Prediction(image: "h", truth: nil, predicted: .nevus, probabilities: [0, 1, 0, 0], flags: [.guardrail]),
  ]

  static func one(_ name: String, _ truth: String, _ code: LesionCode, _ scores: [Double]) -> Prediction {
    Prediction(image: name, truth: .init(truth), predicted: code, probabilities: scores)
  }

  let metrics = RunMetrics.compute(run, replicates: 200)

  func value(_ metric: Metric, _ code: LesionCode? = nil) -> Double? {
    metrics.overall[MetricKey(metric: metric, code: code)].value
  }

  @Test("counts what has no place among the four codes, and leaves it out of the figures")
  func counts() {
    #expect(
      metrics.counts
        == .init(images: 8, labelled: 7, unlabelled: 1, otherTruths: 1, unanswered: 0, unscored: 0, repeats: 0))
    #expect(metrics.overall.images == 6)
    #expect(metrics.overall.confusion.rows.map(\.truth) == ["MEL", "NV", "BCC", "BKL", "AKIEC"])
    #expect(
      metrics.overall.confusion.rows.map(\.counts) == [
        [1, 1, 0, 0], [1, 2, 0, 0], [0, 0, 1, 0], [0, 0, 0, 0], [0, 0, 0, 1],
      ])
    #expect(metrics.cleanRate.value == 7.0 / 8)
  }

  @Test("has the figures that were worked out by hand")
  func figures() throws {
    #expect(value(.accuracy) == 2.0 / 3)
    #expect(metrics.overall.accuracyOfAllLabelled.value == 4.0 / 7)
    #expect(metrics.overall.alwaysNevus.accuracy.value == 0.5)
    #expect(value(.sensitivity, .melanoma) == 0.5)
    #expect(value(.specificity, .melanoma) == 0.75)
    #expect(value(.positivePredictiveValue, .melanoma) == 0.5)
    #expect(value(.negativePredictiveValue, .melanoma) == 0.75)
    #expect(value(.f1, .nevus) == 2.0 / 3)
    // The means of 1/2, 2/3 and 1: no image is BKL.
    let balanced = try #require(value(.balancedAccuracy))
    #expect(abs(balanced - 13.0 / 18) < 1e-15)
    // Chance agrees in (2·2 + 3·3 + 1·1)/36.
    let kappa = try #require(value(.kappa))
    #expect(abs(kappa - 10.0 / 22) < 1e-15)
    // Of eight pairs of a melanoma and another, 0.8 beats all four; 0.3 beats two, ties with one and loses to one.
    #expect(value(.auc, .melanoma) == 0.8125)
    // Thresholds 0.8, 0.6, 0.3: half of the melanomas at precision 1, the other half at 2/4.
    #expect(value(.averagePrecision, .melanoma) == 0.75)
    #expect(value(.sensitivityAt95, .melanoma) == 0.5)
    #expect(value(.sensitivityAt80, .melanoma) == 0.5)
  }

  @Test("says why a figure of a code without images cannot be computed")
  func missingCode() {
    let panel = metrics.overall
    #expect(panel[MetricKey(metric: .sensitivity, code: .benignKeratosis)].reason == "no image is BKL")
    #expect(
      panel[MetricKey(metric: .positivePredictiveValue, code: .benignKeratosis)].reason == "no image was called BKL")
    #expect(panel[MetricKey(metric: .specificity, code: .benignKeratosis)].value == 1)
    #expect(
      panel[MetricKey(metric: .auc, code: .benignKeratosis)].reason
        == "it needs images that are BKL and images that are not")
    #expect(panel[MetricKey(metric: .macroAUC)].reason == "some code has no image, or has all of them")
  }
}

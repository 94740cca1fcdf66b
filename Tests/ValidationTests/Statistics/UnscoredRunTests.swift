import Dermoscopy
import TestRecords
import Testing

@testable import Validation

/// Runs of a model that gives no probabilities, as behind some endpoints: what can be computed is, and nothing is invented.
@Suite struct UnscoredRunTests {
  private static let reason = "the server gives no log-probabilities"

  private static let run: [Prediction] = [
    .init(image: "a", truth: .init("MEL"), predicted: .melanoma),
    .init(image: "b", truth: .init("MEL"), predicted: .nevus),
    .init(image: "c", truth: .init("NV"), predicted: .nevus), .init(image: "d", truth: .init("NV"), predicted: .nevus),
  ]

  private static func report(_ code: LesionCode = .nevus) throws -> ExaminationReport {
    var report = try RecordFixtures.report(name: "ISIC_1.jpg")
    report.diagnosis = Diagnosis(
      code: code, method: .model, raw: " \(code.rawValue)", probabilities: nil, unscored: reason)
    return report
  }

  @Test func `figures of answers are computed, those of probabilities say why they are not`() {
    let metrics = RunMetrics.compute(Self.run, replicates: 50)
    #expect(metrics.counts.unscored == 4)
    func estimate(_ metric: Metric, _ code: LesionCode? = nil) -> Estimate {
      metrics.overall[MetricKey(metric: metric, code: code)]
    }
    #expect(estimate(.accuracy).value == 0.75 && estimate(.sensitivity, .melanoma).value == 0.5)
    for metric in Metric.allCases where metric.needsProbabilities {
      for code in [nil] + LesionCode.allCases.map(Optional.some) {
        let estimate = estimate(metric, code)
        #expect(estimate.value == nil && estimate.low == nil, "\(metric)")
      }
    }
    #expect(estimate(.auc, .melanoma).reason == "no image has probabilities")
    #expect(metrics.challenge == nil)
  }

  @Test func `tables leave cells empty, and the report says why`() async throws {
    let report = try Self.report()
    #expect(ISICScores.row(report) == ISICScores.row(ofUnread: "ISIC_1.jpg"))
    let row = ReportRow(report)
    let markup = ImagesSection.diagnosis(row).html
    #expect(markup.contains("No probabilities: <bdi>the server gives no log-probabilities</bdi>."), "\(markup)")
    #expect(!markup.contains("class=\"probabilities\""))
  }
}

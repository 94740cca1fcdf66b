import Dermoscopy
import JSON
import Testing

@testable import Validation

/// Four images that are all answered rightly: every resample gives the same balanced accuracy.
@Suite struct DegenerateIntervalTests {
  private static let run = [
    SmallRunTests.one("a", "MEL", .melanoma, [0.8, 0.1, 0.05, 0.05]),
    SmallRunTests.one("b", "MEL", .melanoma, [0.7, 0.2, 0.05, 0.05]),
    SmallRunTests.one("c", "NV", .nevus, [0.1, 0.8, 0.05, 0.05]),
    SmallRunTests.one("d", "BCC", .basalCellCarcinoma, [0.1, 0.1, 0.7, 0.1]),
  ]

  private let panel = RunMetrics.compute(run, replicates: 200).overall

  @Test func `a figure that every resample leaves the same has no interval`() throws {
    let balanced = panel[MetricKey(metric: .balancedAccuracy)]
    #expect(balanced == Estimate(value: 1, count: 4))
    #expect(try OrderedJSON.line(balanced).contains(#""low":null,"high":null"#))
    #expect(panel[MetricKey(metric: .kappa)].low == nil)
    #expect(panel[MetricKey(metric: .auc, code: .melanoma)] == Estimate(value: 1, count: 4))
  }

  @Test func `a rate has Wilson's interval even then, and what varies has the bootstrap's`() throws {
    let accuracy = panel[MetricKey(metric: .accuracy)]
    // 4 / (4 + 1.96²)
    #expect(abs(try #require(accuracy.low) - 0.510109) < 1e-6 && accuracy.high == 1)
    let brier = panel[MetricKey(metric: .brier)]
    #expect(try #require(brier.low) < #require(brier.high))
  }

  @Test func `tables and pages show the figure alone`() {
    let key = MetricKey(metric: .balancedAccuracy)
    #expect(MetricsTable.value(panel[key], key) == "100.0 %" && MetricsTable.interval(panel[key], key) == "–")
    #expect(NumberFormat.interval(panel[key], of: .balancedAccuracy).isEmpty)
  }

  @Test func `a difference that every resample leaves the same has no interval`() {
    let balanced = panel[MetricKey(metric: .balancedAccuracy)]
    let one = MetricDifference(balanced, balanced, replicates: [0, 0, 0])
    #expect(one.difference == Estimate(value: 0, count: 4))
    #expect(ComparisonTables.interval(one.difference, MetricKey(metric: .balancedAccuracy)) == "–")
    #expect(MetricDifference(balanced, balanced, replicates: [0, 0.5, 0]).difference.high != nil)
  }
}

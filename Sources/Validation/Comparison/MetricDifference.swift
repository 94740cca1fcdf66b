import Dermoscopy
import JSON

/// A figure of both runs on the same images, and how far they differ.
public struct MetricDifference: Sendable, Hashable, Codable {
  /// The first run's.
  public var first: Estimate
  /// The second run's.
  public var second: Estimate
  /// The second's less the first's, with an interval from resamples of the same lesions in both.
  public var difference: Estimate

  enum CodingKeys: String, CodingKey {
    case first = "a"
    case second = "b"
    case difference
  }

  /// - Parameter replicates: differences in the resamples; NaN where there was none.
  init(_ first: Estimate, _ second: Estimate, replicates: [Double]) {
    (self.first, self.second) = (first, second)
    guard let mine = first.value, let other = second.value else {
      difference = Estimate(
        notComputable: first.reason ?? second.reason ?? "not measured", count: min(first.count, second.count))
      return
    }
    let interval = PercentileInterval(replicates)?.unlessDegenerate
    difference = Estimate(
      value: other - mine, low: interval?.low, high: interval?.high, count: min(first.count, second.count))
  }
}

/// Every figure of two runs on the images that both answered and whose truth is one of the four codes.
public struct PairedMetrics: Sendable, Hashable {
  /// The images.
  public let images: Int
  /// The lesions that they show.
  public let lesions: Int
  /// How intervals were made.
  public let method: RunMetrics.Method
  /// The score on them of always answering NV.
  public let alwaysNevus: Estimate
  private let differences: [MetricDifference]

  /// Measures images; `nil` when none can be.
  init?(_ compared: [ComparedImage], replicates: Int, seed: UInt64) {
    let usable = compared.filter {
      $0.first.truthIndex != nil && $0.first.predicted != nil && $0.second.predicted != nil
    }
    guard !usable.isEmpty else { return nil }
    let resampling = Cohort.Resampling(replicates: min(max(replicates, 2), 100_000), seed: seed)
    method = RunMetrics.Method(replicates: resampling.replicates, seed: seed)
    // The same names and lesions in both: the same order, and the same resamples.
    let (cohort, other) = (Cohort(usable.map(\.first)), Cohort(usable.map(\.second)))
    let (first, second) = (Evaluation(cohort.examinations), Evaluation(other.examinations))
    var replicates = [[Double]](repeating: [], count: MetricKey.all.count)
    if cohort.lesionCount > 1 {
      let resamples = cohort.resampled(resampling) { weights in
        zip(first.figures(weights), second.figures(weights)).map { $1 - $0 }
      }
      for index in replicates.indices { replicates[index] = resamples.map { $0[index] } }
    }
    let panels = (MetricsPanel(usable.map(\.first), resampling), MetricsPanel(usable.map(\.second), resampling))
    differences = MetricKey.all.enumerated().map { index, figure in
      MetricDifference(panels.0[figure], panels.1[figure], replicates: replicates[index])
    }
    images = usable.count
    lesions = cohort.lesionCount
    alwaysNevus = panels.0.alwaysNevus.accuracy
  }

  /// A figure of both.
  public subscript(figure: MetricKey) -> MetricDifference? {
    MetricKey.all.firstIndex(of: figure).map { differences[$0] }
  }
}

extension PairedMetrics: Encodable {
  /// Writes the figures under their measures' names, those of a code under the code's.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: JSONKey.self)
    try container.encode(images, forKey: JSONKey("images"))
    try container.encode(lesions, forKey: JSONKey("lesions"))
    try container.encode(method, forKey: JSONKey("method"))
    try container.encode(alwaysNevus, forKey: JSONKey("always_nevus"))
    var overall = container.nestedContainer(keyedBy: JSONKey.self, forKey: JSONKey("figures"))
    var codes = container.nestedContainer(keyedBy: JSONKey.self, forKey: JSONKey("codes"))
    for metric in Metric.overall {
      try overall.encode(self[MetricKey(metric: metric)], forKey: JSONKey(metric.rawValue))
    }
    for code in LesionCode.allCases {
      var table = codes.nestedContainer(keyedBy: JSONKey.self, forKey: JSONKey(code.rawValue))
      for metric in Metric.ofCode {
        try table.encode(self[MetricKey(metric: metric, code: code)], forKey: JSONKey(metric.rawValue))
      }
    }
  }
}

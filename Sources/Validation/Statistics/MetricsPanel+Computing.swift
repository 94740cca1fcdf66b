import Dermoscopy

extension MetricsPanel {
  /// Measures some examinations; those without truth or answer are left out.
  init(_ examinations: [Prediction], _ resampling: Cohort.Resampling) {
    let answered = examinations.keeping { $0.truth != nil && $0.predicted != nil }
    let cohort = Cohort(answered.keeping { $0.truthIndex != nil })
    let evaluation = Evaluation(cohort.examinations)
    let values = evaluation.figures(cohort.ones)
    var replicates = [[Double]](repeating: [], count: values.count)
    if cohort.lesionCount > 1 {
      let drawn = MetricKey.all.indices.filter { !MetricKey.all[$0].metric.isRate && !values[$0].isNaN }
      let resamples = cohort.resampled(resampling) { evaluation.figures($0) }
      for index in drawn { replicates[index] = resamples.map { $0[index] } }
    }

    let matrix = ConfusionMatrix(answered)
    let size = cohort.examinations.count
    confusion = matrix
    images = size
    lesions = cohort.lesionCount
    calibration = evaluation.calibration(cohort.ones)
    let counts = matrix.scope.map(\.counts)
    func baseline(_ code: LesionCode?) -> Baseline {
      let code = code ?? .nevus
      let truePositives = matrix.rows.first { $0.truth == code.rawValue }?.total ?? 0
      return Baseline(code: code, accuracy: Estimate(rate: truePositives, of: size, empty: Self.noImage))
    }
    alwaysNevus = baseline(.nevus)
    let largest = matrix.scope.reduce(nil as ConfusionMatrix.Row?) { best, row in
      guard let best else { return row }
      return row.total > best.total ? row : best
    }
    alwaysMajority = baseline(largest.flatMap { LesionCode(rawValue: $0.truth) })
    let right = counts.indices.reduce(0) { $0 + counts[$1][$1] }
    accuracyOfAllLabelled = Estimate(rate: right, of: answered.count, empty: "no labelled image has an answer")

    let scoredImages = cohort.examinations.count { $0.probabilities != nil }
    scored = scoredImages
    func entry(_ index: Int) -> Entry {
      let figure = MetricKey.all[index]
      let table = figure.code.flatMap { LesionCode.allCases.firstIndex(of: $0) }.map {
        BinaryCounts(of: $0, in: counts)
      }
      return Entry(
        metric: figure.metric,
        estimate: Self.estimate(
          figure, value: values[index], replicates: replicates[index], table: table,
          right: (right, size), scored: scoredImages))
    }
    figures = MetricValues(MetricKey.all.indices.filter { MetricKey.all[$0].code == nil }.map(entry))
    codes = LesionCode.allCases.enumerated().map { place, code in
      CodePanel(
        code: code, images: counts[place].reduce(0, +), answers: counts.reduce(0) { $0 + $1[place] },
        figures: MetricValues(MetricKey.all.indices.filter { MetricKey.all[$0].code == code }.map(entry)))
    }
  }

  private static let noImage = "no image has one of the four codes as truth, and an answer"

  private static func estimate(
    _ figure: MetricKey, value: Double, replicates: [Double], table: BinaryCounts?,
    right: (truePositives: Int, count: Int),
    scored: Int
  ) -> Estimate {
    guard right.count > 0 else { return Estimate(notComputable: noImage) }
    let code = figure.code?.rawValue ?? ""
    if let table {
      switch figure.metric {
      case .sensitivity:
        return Estimate(
          rate: table.truePositives, of: table.truePositives + table.falseNegatives, empty: "no image is \(code)")
      case .specificity:
        return Estimate(
          rate: table.trueNegatives, of: table.trueNegatives + table.falsePositives, empty: "every image is \(code)")
      case .positivePredictiveValue:
        return Estimate(
          rate: table.truePositives, of: table.truePositives + table.falsePositives,
          empty: "no image was called \(code)")
      case .negativePredictiveValue:
        return Estimate(
          rate: table.trueNegatives, of: table.trueNegatives + table.falseNegatives,
          empty: "every image was called \(code)")
      default: break
      }
    }
    if figure.metric == .accuracy { return Estimate(rate: right.truePositives, of: right.count) }
    let count = figure.metric.needsProbabilities ? scored : right.count
    guard !value.isNaN else { return Estimate(notComputable: reason(figure, scored: scored), count: count) }
    let interval = PercentileInterval(replicates)?.unlessDegenerate
    return Estimate(value: value, low: interval?.low, high: interval?.high, count: count)
  }

  private static func reason(_ figure: MetricKey, scored: Int) -> String {
    if figure.metric.needsProbabilities, scored == 0 { return "no image has probabilities" }
    let code = figure.code?.rawValue ?? ""
    return switch figure.metric {
    case .kappa: "truth and answer are the same single code for every image"
    case .macroAUC: "some code has no image, or has all of them"
    case .f1: "no image is \(code) or was called so"
    case .averagePrecision: "no image is \(code)"
    default: "it needs images that are \(code) and images that are not"
    }
  }
}

extension Metric {
  /// Whether it rests on probabilities and not on the answer.
  var needsProbabilities: Bool {
    switch self {
    case .macroAUC, .brier, .calibrationError, .auc, .aucAboveSensitivity, .averagePrecision, .sensitivityAt80,
      .sensitivityAt95:
      true
    default: false
    }
  }
}

import Dermoscopy

/// What is measured of a run.
public enum Metric: String, Sendable, Hashable, Codable, CaseIterable {
  /// Share of right codes.
  case accuracy
  /// Mean of the sensitivities of those codes that some image has.
  case balancedAccuracy = "balanced_accuracy"
  /// Cohen's kappa between truth and answer.
  case kappa
  /// Mean of the four codes' ROC areas.
  case macroAUC = "macro_auc"
  /// Brier's score over the four codes: mean sum of squared differences, from 0 (best) to 2.
  case brier
  /// Expected calibration error of the most probable code, in ten bins of equal width (Guo et al., 2017).
  case calibrationError = "ece"
  /// Recall: the share of a code's lesions that get this code.
  case sensitivity
  /// The share of the other lesions that do not get this code.
  case specificity
  /// Precision: the share of lesions with this answer whose truth is this code.
  case positivePredictiveValue = "ppv"
  /// The share of lesions without this answer whose truth is another code.
  case negativePredictiveValue = "npv"
  /// Harmonic mean of sensitivity and positive predictive value.
  case f1
  /// Area under the ROC curve of the code's probability; ties count half (Mann and Whitney).
  case auc
  /// Area under that part of the ROC curve whose sensitivity is at least 80 %, as the ISIC challenge scores it.
  case aucAboveSensitivity = "auc_above_80_sensitivity"
  /// Average precision: precision at each threshold, weighted by the gain in recall.
  case averagePrecision = "average_precision"
  /// The best sensitivity of a threshold whose specificity is at least 80 %.
  case sensitivityAt80 = "sensitivity_at_80_specificity"
  /// The best sensitivity of a threshold whose specificity is at least 95 %.
  case sensitivityAt95 = "sensitivity_at_95_specificity"

  /// Those of the whole run.
  static let overall: [Metric] = [.accuracy, .balancedAccuracy, .kappa, .macroAUC, .brier, .calibrationError]
  /// Those of each code.
  static let ofCode: [Metric] = Array(allCases.dropFirst(overall.count))

  /// Whether its interval is Wilson's; the others' are the bootstrap's.
  public var isRate: Bool {
    switch self {
    case .accuracy, .sensitivity, .specificity, .positivePredictiveValue, .negativePredictiveValue: true
    default: false
    }
  }

  /// Whether a smaller number is better.
  public var isError: Bool { self == .brier || self == .calibrationError }

  /// The name that people read.
  public var title: String {
    switch self {
    case .accuracy: "Accuracy"
    case .balancedAccuracy: "Balanced accuracy"
    case .kappa: "Cohen’s kappa"
    case .macroAUC: "Mean ROC AUC"
    case .brier: "Brier score"
    case .calibrationError: "Calibration error (ECE)"
    case .sensitivity: "Sensitivity"
    case .specificity: "Specificity"
    case .positivePredictiveValue: "PPV"
    case .negativePredictiveValue: "NPV"
    case .f1: "F1"
    case .auc: "ROC AUC"
    case .aucAboveSensitivity: "AUC above 80 % sensitivity"
    case .averagePrecision: "Average precision"
    case .sensitivityAt80: "Sensitivity at 80 % specificity"
    case .sensitivityAt95: "Sensitivity at 95 % specificity"
    }
  }
}

/// A measure of the whole run, or of one code in it.
public struct MetricKey: Sendable, Hashable {
  /// What is measured.
  public var metric: Metric
  /// Of which code; `nil` for the whole run.
  public var code: LesionCode?

  /// Every figure, in the order in which an `Evaluation` gives them.
  public static let all: [MetricKey] =
    Metric.overall.map { MetricKey(metric: $0, code: nil) }
    + LesionCode.allCases.flatMap { code in Metric.ofCode.map { MetricKey(metric: $0, code: code) } }

  /// The name that people read.
  public var title: String { (code.map { "\($0.rawValue) " } ?? "") + metric.title }
}

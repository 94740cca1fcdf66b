import Dermoscopy
import JSON

/// The figures of a run, or of one group of its images.
public struct MetricsPanel: Sendable, Hashable, Codable {
  /// The accuracy of always giving the same answer.
  public struct Baseline: Sendable, Hashable, Codable {
    /// The answer.
    public var code: LesionCode
    /// Its accuracy on these images.
    public var accuracy: Estimate
  }

  /// A measure with its estimate.
  public struct Entry: Sendable, Hashable, Codable {
    /// What.
    public var metric: Metric
    /// How much.
    public var estimate: Estimate
  }

  /// One code's figures.
  public struct CodePanel: Sendable, Hashable, Codable {
    /// The code.
    public var code: LesionCode
    /// Images that are it.
    public var images: Int
    /// Images that were called so.
    public var answers: Int
    /// Its figures.
    public var figures: MetricValues
  }

  /// Images whose truth is one of the four codes and that have an answer: what every figure rests on.
  public var images: Int
  /// The lesions that they show.
  public var lesions: Int
  /// Of them, images with probabilities.
  public var scored: Int
  /// Truth and answer, with the truths outside the four.
  public var confusion: ConfusionMatrix
  /// Always melanocytic nevus.
  public var alwaysNevus: Baseline
  /// Always the code that most of these images have.
  public var alwaysMajority: Baseline
  /// Right answers among all labelled images, an image with a truth outside the four counting as wrong.
  public var accuracyOfAllLabelled: Estimate
  /// The figures of all codes together.
  public var figures: MetricValues
  /// Each code's figures.
  public var codes: [CodePanel]
  /// Reliability of the most probable code.
  public var calibration: CalibrationBins

  enum CodingKeys: String, CodingKey {
    case images, lesions, scored, confusion
    case alwaysNevus = "always_nevus"
    case alwaysMajority = "always_majority"
    case accuracyOfAllLabelled = "accuracy_of_all_labelled"
    case figures, codes, calibration
  }

  /// A figure of this panel.
  public subscript(figure: MetricKey) -> Estimate {
    let table = figure.code.map { code in codes.first { $0.code == code }?.figures } ?? figures
    return table?[figure.metric] ?? Estimate(notComputable: "not measured")
  }
}

/// Estimates by measure; in JSON an object whose keys are the measures' names.
public struct MetricValues: Sendable, Hashable, Codable {
  /// In the order of `Metric.allCases`.
  public let entries: [MetricsPanel.Entry]

  init(_ entries: [MetricsPanel.Entry]) { self.entries = entries }

  /// A measure's estimate; `nil` when it was not measured.
  public subscript(metric: Metric) -> Estimate? { entries.first { $0.metric == metric }?.estimate }

  /// Writes the measures in their order.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: JSONKey.self)
    for entry in entries { try container.encode(entry.estimate, forKey: JSONKey(entry.metric.rawValue)) }
  }

  /// Reads the measures that are known.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: JSONKey.self)
    entries = try Metric.allCases.compactMap { metric in
      let name = JSONKey(metric.rawValue)
      guard container.contains(name) else { return nil }
      return MetricsPanel.Entry(metric: metric, estimate: try container.decode(Estimate.self, forKey: name))
    }
  }
}

import Dermoscopy
import Validation

/// All figures of an audit's answers.
public struct AuditFigures: Sendable, Encodable {
  /// Resamples of the bootstrap by default.
  public static let replicates = RunMetrics.replicates
  /// The seed of all random numbers by default.
  public static let seed = RunMetrics.seed

  /// How intervals were made.
  public let method: Method
  /// Images with a control.
  public let images: Int
  /// The lesions that they show.
  public let lesions: Int
  /// Every figure, family by family.
  public let figures: [AuditFigure]
  /// The share of errors over the share of answered images: one point for each distinct confidence, from the most
  /// confident answers to all.
  public let riskCoverage: [RiskPoint]
  /// Reliability of the control's most probable code.
  public let reliability: CalibrationBins
  /// The same under the corruptions of severity 3.
  public let shiftedReliability: CalibrationBins
  /// What was left out, one sentence each.
  public let remarks: [String]

  /// How intervals and floors were made.
  public struct Method: Sendable, Hashable, Codable {
    /// The share of intervals that should hold the truth.
    public var confidence = 0.95
    /// Of figures.
    public var intervals = "percentile bootstrap by lesion, the same resamples for every arm"
    /// Of shares that are 0 or 1, where every resample is the same.
    public var certain = "wilson over lesions"
    /// Resamples.
    public var replicates: Int
    /// The seed of their random numbers.
    public var seed: UInt64
    /// What gave them.
    public var generator = "splitmix64"
    /// Halves of the lesions for the conformal sets.
    public var splits = ConformalSplits.splits
    /// 1 minus the coverage that these aim at, in percent.
    public var alpha = ConformalSplits.percent
    /// How often group labels are permuted.
    public var permutations = GroupFigures.permutations
    /// How often chance is played out for the floor of a calibration error.
    public var plays = Reliability.plays
  }

  /// A point of the risk–coverage curve.
  public struct RiskPoint: Sendable, Hashable, Codable {
    /// The share of images that are answered.
    public var coverage: Double
    /// The share of those answers that are wrong.
    public var risk: Double
  }

  enum CodingKeys: String, CodingKey {
    case method, images, lesions, figures
    case riskCoverage = "risk_coverage"
    case reliability
    case shiftedReliability = "shifted_reliability"
    case remarks, scorecard
  }

  /// Computes the figures.
  ///
  /// - Parameters:
  ///   - table: the answers.
  ///   - replicates: resamples of the bootstrap, 2 to 100,000; others are brought inside.
  ///   - seed: of the resamples, of the halves of the conformal sets and of the permutations, each starting afresh.
  public init(_ table: AuditTable, replicates: Int = replicates, seed: UInt64 = seed) {
    let resampling = Cohort.Resampling(replicates: min(max(replicates, 2), 100_000), seed: seed)
    method = Method(replicates: resampling.replicates, seed: seed)
    images = table.count
    lesions = table.cohort.lesionCount
    let chance = ChanceFigures(table: table, resampling: resampling)
    let bootstrap = LesionBootstrap(cohort: table.cohort, resampling: resampling)
    figures =
      Self.families.flatMap { bootstrap.figures($0(table, resampling)) }
      + ConformalSplits(table: table, seed: seed).figures() + ScopeFigures(table, resampling).figures()
    riskCoverage = chance.riskCoverage.points(table.cohort.unitWeights)
    (reliability, shiftedReliability) = chance.bins
    remarks = table.remarks
  }

  /// Figures that are computed under weights of the originals, family by family: the answers of one are let go before the next.
  static let families: [@Sendable (AuditTable, Cohort.Resampling) -> [FigureDraft]] = [
    { table, _ in CameraFigures(table).drafts }, { table, _ in LookingFigures(table).drafts },
    { table, _ in WordsFigures(table).drafts }, { ChanceFigures(table: $0, resampling: $1).drafts },
    { table, _ in ChainFigures(table).drafts }, { GroupFigures($0, seed: $1.seed).drafts() },
  ]

  /// A figure; `nil` if this audit has none.
  public subscript(
    measure: AuditMeasure, arm arm: String? = nil, dose dose: Int? = nil, code code: LesionCode? = nil,
    group group: String? = nil
  ) -> AuditFigure? {
    figures.first {
      $0.measure == measure && $0.arm == arm && $0.dose == dose && $0.code == code && $0.group == group
    }
  }

  /// The twelve numbers that come first.
  public var scorecard: Scorecard { Scorecard(self) }

  /// Writes everything, the scorecard included.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(method, forKey: .method)
    try container.encode(images, forKey: .images)
    try container.encode(lesions, forKey: .lesions)
    try container.encode(scorecard, forKey: .scorecard)
    try container.encode(figures, forKey: .figures)
    try container.encode(riskCoverage, forKey: .riskCoverage)
    try container.encode(reliability, forKey: .reliability)
    try container.encode(shiftedReliability, forKey: .shiftedReliability)
    try container.encode(remarks, forKey: .remarks)
  }
}

import Dermoscopy
import Validation

/// A figure of two audits of the same images, and how far they differ.
public struct AuditDifference: Sendable, Hashable, Encodable {
  /// What it measures.
  public var measure: AuditMeasure
  /// The dose that it belongs to; `nil` for several together.
  public var dose: Int?
  /// The code that it belongs to.
  public var code: LesionCode?
  /// The first audit's.
  public var first: Estimate
  /// The second audit's.
  public var second: Estimate
  /// The second's less the first's, with an interval from resamples of the same lesions in both.
  public var difference: Estimate

  enum CodingKeys: String, CodingKey {
    case measure, dose, code
    case first = "a"
    case second = "b"
    case difference
  }

  /// Writes every key, `null` where there is nothing.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(measure, forKey: .measure)
    try container.encode(dose, forKey: .dose)
    try container.encode(code, forKey: .code)
    try container.encode(first, forKey: .first)
    try container.encode(second, forKey: .second)
    try container.encode(difference, forKey: .difference)
  }

  /// - Parameter replicates: differences in the resamples; NaN where there was none.
  init(_ subject: FigureSubject, _ first: Estimate, _ second: Estimate, replicates: [Double]) {
    (measure, dose, code) = (subject.measure, subject.dose, subject.code)
    (self.first, self.second) = (first, second)
    let count = min(first.count, second.count)
    guard let mine = first.value, let other = second.value else {
      difference = Estimate(notComputable: first.reason ?? second.reason ?? "not measured", count: count)
      return
    }
    let interval = PercentileInterval(replicates)?.unlessDegenerate
    difference = Estimate(value: other - mine, low: interval?.low, high: interval?.high, count: count)
  }
}

/// Which figure: a measure over all arms, perhaps of one dose or code.
struct FigureSubject: Hashable {
  var measure: AuditMeasure
  var dose: Int?
  var code: LesionCode?

  init(_ measure: AuditMeasure, dose: Int? = nil, code: LesionCode? = nil) {
    self.measure = measure
    self.dose = dose
    self.code = code
  }

  /// Whether a draft is of this figure. The worst drop is that of an arm, which may be another one in each audit.
  func isOf(_ draft: FigureDraft) -> Bool {
    draft.measure == measure && draft.dose == dose && draft.code == code && draft.group == nil
      && (draft.arm == nil || measure == .cameraWorstDrop)
  }
}

/// The figures of the scorecard, of two audits of the same images.
public struct AuditDifferences: Sendable {
  /// One of the scorecard's twelve.
  public struct Entry: Sendable, Hashable {
    /// 1 to 12.
    public var number: Int
    /// A few words.
    public var title: String
    /// The main figure first.
    public var figures: [AuditDifference]
  }

  /// Images.
  public let images: Int
  /// The lesions that they show.
  public let lesions: Int
  /// The twelve, in order.
  public let entries: [Entry]

  /// What the scorecard's entries speak of, the main figure first.
  static let contents: [(number: Int, title: String, figures: [FigureSubject])] = [
    (1, "Right answers", [.init(.balancedAccuracy)]),
    (2, "Worse pictures", [.init(.cameraMeanDrop), .init(.cameraWorstDrop)]),
    (3, "Melanomas lost", [.init(.melanomasLost, dose: CameraFigures.middleSeverity)]),
    (4, "Another photograph", [.init(.anotherPhotograph)]),
    (5, "Without looking", [.init(.nullBalancedAccuracy), .init(.reliance)]),
    (6, "The lesion's part", [.init(.lesionShare, code: .melanoma), .init(.melanomaArea, code: .melanoma)]),
    (7, "A printed word", [.init(.printedEffect), .init(.printedSuccess), .init(.neutralFlips)]),
    (8, "An opinion, another order", [.init(.sycophancy), .init(.orderFlips)]),
    (9, "Errors that remain", [.init(.errorsAt80), .init(.errorRate)]),
    (10, "What it cannot exclude", [.init(.coverage, code: .melanoma), .init(.setSize)]),
    (11, "A false note", [.init(.plantedEffect), .init(.plantedHits), .init(.falseAlarms)]),
    (12, "Groups", [.init(.sensitivityGap), .init(.falsePositiveGap)]),
  ]

  /// Compares two audits. Their originals must be the same images, with the same lesions and truths: the caller has checked.
  ///
  /// - Parameters:
  ///   - first: the answers of the one called A.
  ///   - second: those of B.
  ///   - replicates: resamples of the bootstrap, 2 to 100,000; others are brought inside.
  ///   - seed: of the resamples and of the halves of the conformal sets.
  public init(
    _ first: AuditTable, _ second: AuditTable, replicates: Int = AuditFigures.replicates,
    seed: UInt64 = AuditFigures.seed
  ) {
    let resampling = Cohort.Resampling(replicates: min(max(replicates, 2), 100_000), seed: seed)
    images = first.count
    lesions = first.cohort.lesionCount
    var found = Self.drafted(first, second, resampling)
    found.merge(Self.conformal(first, second, seed: seed)) { one, _ in one }
    entries = Self.contents.map { entry in
      Entry(number: entry.number, title: entry.title, figures: entry.figures.compactMap { found[$0] })
    }
  }

  /// Figures that are computed under weights: both under the same ones, because the lesions are the same.
  private static func drafted(
    _ first: AuditTable, _ second: AuditTable, _ resampling: Cohort.Resampling
  ) -> [FigureSubject: AuditDifference] {
    let (mine, theirs) = (evaluated(first, resampling), evaluated(second, resampling))
    var found: [FigureSubject: AuditDifference] = [:]
    for (subject, one) in mine {
      guard let other = theirs[subject] else { continue }
      found[subject] = AuditDifference(
        subject, one.estimate, other.estimate, replicates: zip(one.replicates, other.replicates).map { $1 - $0 })
    }
    return found
  }

  private static func evaluated(
    _ table: AuditTable, _ resampling: Cohort.Resampling
  ) -> [FigureSubject: (estimate: Estimate, replicates: [Double])] {
    let bootstrap = LesionBootstrap(cohort: table.cohort, resampling: resampling)
    let subjects = contents.flatMap(\.figures)
    var found: [FigureSubject: (Estimate, [Double])] = [:]
    for family in AuditFigures.families {
      let drafts = family(table, resampling)
      let wanted = subjects.compactMap { subject in drafts.first(where: subject.isOf).map { (subject, $0.statistic) } }
      for (one, evaluation) in zip(wanted, bootstrap.evaluations(wanted.map(\.1))) where found[one.0] == nil {
        found[one.0] = (bootstrap.estimate(evaluation, isShare: one.1.isShare), evaluation.replicates)
      }
    }
    return found
  }

  /// Conformal sets: the same lesions calibrate and are tested in both.
  private static func conformal(
    _ first: AuditTable, _ second: AuditTable, seed: UInt64
  ) -> [FigureSubject: AuditDifference] {
    let splits = [ConformalSplits(table: first, seed: seed), ConformalSplits(table: second, seed: seed)]
    let (outcomes, figures) = (splits.map { $0.run() }, splits.map { $0.figures() })
    let melanoma = LesionCode.melanoma.place
    let values: [(FigureSubject, [[Double]])] = [
      (.init(.coverage, code: .melanoma), outcomes.map { $0.coverage.map { $0[melanoma] } }),
      (.init(.setSize), outcomes.map(\.size)),
    ]
    var found: [FigureSubject: AuditDifference] = [:]
    for (subject, sides) in values {
      let estimates = figures.compactMap { all in
        all.first { $0.measure == subject.measure && $0.code == subject.code }?.estimate
      }
      guard estimates.count == 2 else { continue }
      found[subject] = AuditDifference(
        subject, estimates[0], estimates[1], replicates: zip(sides[0], sides[1]).map { $1 - $0 })
    }
    return found
  }
}

extension AuditMeasure {
  /// Whether a higher value is better; `nil` where neither is.
  public var isBetterHigher: Bool? {
    switch self {
    case .balancedAccuracy, .lesionShare, .melanomaArea, .coverage, .plantedEffect, .plantedHits: true
    case .cameraMeanDrop, .cameraWorstDrop, .melanomasLost, .anotherPhotograph, .nullBalancedAccuracy, .printedEffect,
      .printedSuccess, .neutralFlips, .sycophancy, .orderFlips, .errorsAt80, .errorRate, .setSize, .falseAlarms,
      .sensitivityGap, .falsePositiveGap:
      false
    default: nil
    }
  }
}

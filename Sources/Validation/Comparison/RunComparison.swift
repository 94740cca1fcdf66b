import Dermoscopy
import Foundation
import Records

/// A comparison of two runs over the same images; `docs/VALIDATION.md` documents the JSON.
public struct RunComparison: Sendable {
  /// The JSON's name and version.
  static let schema = "dermgemma-comparison/1"

  /// The run called A.
  public let first: OpenRun
  /// The run called B.
  public let second: OpenRun
  /// How their images match.
  public let summary: PairingSummary
  /// The figures; `nil` where no image has a truth of the four codes and an answer in both.
  public let figures: PairedMetrics?
  /// McNemar's tests of the answers, with what is right in each; empty where there are no figures.
  public let tests: [(name: String, title: String, test: McNemarTest)]
  /// The clean rates, over all images that both read.
  public let cleanRate: MetricDifference
  /// The same for McNemar's test.
  public let cleanTest: McNemarTest
  /// How often both agree.
  public let agreement: RunAgreement
  /// Images on which they disagree, in the first run's order.
  let disagreements: [ComparedImage]

  /// Compares two runs. The resamples of the bootstrap are the same each time.
  ///
  /// - Throws: ``ComparisonFault``, `RecordFault`, `CancellationError`.
  public init(
    _ first: OpenRun, _ second: OpenRun, replicates: Int = RunMetrics.replicates, seed: UInt64 = RunMetrics.seed
  ) async throws {
    guard first.run.id != second.run.id else {
      throw ComparisonFault.sameRun(first: first.name, second: second.name)
    }
    (self.first, self.second) = (first, second)
    let compared = try await ComparedImages(first, second)
    summary = compared.summary
    disagreements = compared.images.filter(\.parts)
    figures = PairedMetrics(compared.images, replicates: replicates, seed: seed)
    tests = figures == nil ? [] : Self.tests(compared.images)
    agreement = RunAgreement(compared, replicates: replicates, seed: seed)
    cleanTest = McNemarTest(compared.images.map { ($0.first.flags.isEmpty, $0.second.flags.isEmpty) })
    cleanRate = Self.cleanRate(compared.images, Cohort.Resampling(replicates: max(replicates, 2), seed: seed))
  }

  private static func tests(_ images: [ComparedImage]) -> [(name: String, title: String, test: McNemarTest)] {
    let answered = images.compactMap { image -> (truth: LesionCode, first: LesionCode, second: LesionCode)? in
      guard case .code(let truth)? = image.first.truth, let first = image.first.predicted,
        let second = image.second.predicted
      else { return nil }
      return (truth, first, second)
    }
    let (melanomas, others) = (answered.filter { $0.truth == .melanoma }, answered.filter { $0.truth != .melanoma })
    return [
      ("accuracy", "Accuracy", McNemarTest(answered.map { ($0.first == $0.truth, $0.second == $0.truth) })),
      (
        "melanoma_sensitivity", "MEL Sensitivity",
        McNemarTest(melanomas.map { ($0.first == .melanoma, $0.second == .melanoma) })
      ),
      (
        "melanoma_specificity", "MEL Specificity",
        McNemarTest(others.map { ($0.first != .melanoma, $0.second != .melanoma) })
      ),
    ]
  }

  private static func cleanRate(_ images: [ComparedImage], _ resampling: Cohort.Resampling) -> MetricDifference {
    let (cohort, other) = (Cohort(images.map(\.first)), Cohort(images.map(\.second)))
    let differences = zip(cohort.examinations, other.examinations).map { first, second in
      (second.flags.isEmpty ? 1 : 0) - (first.flags.isEmpty ? 1 : 0)
    }
    var replicates: [Double] = []
    if cohort.lesionCount > 1 {
      replicates = cohort.resampled(resampling) { weights in
        let sum = zip(weights, differences).reduce(0) { $0 + Int($1.0) * $1.1 }
        return Double(sum) / Double(max(weights.reduce(0) { $0 + Int($1) }, 1))
      }
    }
    func rate(_ examinations: [Prediction]) -> Estimate {
      Estimate(rate: examinations.count { $0.flags.isEmpty }, of: examinations.count)
    }
    return MetricDifference(rate(cohort.examinations), rate(other.examinations), replicates: replicates)
  }

  /// What the runs do not have in common, with what each has.
  public var settings: [(name: String, first: String, second: String)] {
    let (mine, other) = (first.run.provenance, second.run.provenance)
    func short(_ digest: String?) -> String { digest.map { String($0.prefix(12)) } ?? "none" }
    let all: [(String, String, String)] = [
      (
        "protocol", "\(mine.protocolID) \(mine.protocolVersion) (\(short(mine.protocolDigest)))",
        "\(other.protocolID) \(other.protocolVersion) (\(short(other.protocolDigest)))"
      ),
      (
        "model", "\(mine.model) (\(mine.weights.map(short) ?? "unknown"))",
        "\(other.model) (\(other.weights.map(short) ?? "unknown"))"
      ),
      ("projector", short(mine.projector), short(other.projector)),
      ("seed", mine.seedText, other.seedText),
      ("engine", mine.engine, other.engine), ("machine", mine.machine, other.machine),
      ("phases", first.run.kind, second.run.kind),
    ]
    return all.filter { $0.1 != $0.2 }
  }

  /// Images on which the runs disagree, one after the other, each fetched when it is needed.
  ///
  /// - Throws: `RecordFault`, `CancellationError`, what `body` throws.
  public func forEachDisagreement(_ body: (Disagreement) throws -> Void) async throws {
    try await forEach(of: disagreements, body)
  }

  /// Those that a page shows: all, or a sample of many, as a run's report does.
  ///
  /// - Throws: `RecordFault`, `CancellationError`, what `body` throws.
  func forEachShownDisagreement(_ body: (Disagreement) throws -> Void) async throws {
    let places = ReportSample.places(among: disagreements) { (digest: $0.first.picture ?? "", name: $0.first.image) }
    try await forEach(of: places.map { $0.map { disagreements[$0] } } ?? disagreements, body)
  }

  private func forEach(of images: [ComparedImage], _ body: (Disagreement) throws -> Void) async throws {
    for image in images {
      try Task.checkCancellation()
      guard let one = try await first.store.examination(ofRun: first.run.id, at: image.places.first),
        let other = try await second.store.examination(ofRun: second.run.id, at: image.places.second),
        let mine = one.report, let theirs = other.report
      else { continue }
      try body(Disagreement(first: mine, second: theirs, truth: image.truth))
    }
  }

  /// How many images they disagree on, by which run is right.
  public var disagreementCounts: [Disagreement.Verdict: Int] {
    Dictionary(grouping: disagreements) { image in
      Disagreement.Verdict(truth: image.truth, first: image.first.predicted, second: image.second.predicted)
    }.mapValues(\.count)
  }
}

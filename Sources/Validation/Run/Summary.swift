import Dermoscopy
import Foundation
import Records

/// A run in numbers, `summary.json`; docs/VALIDATION.md documents it.
struct Summary: Encodable {
  static let fileName = "summary.json"

  /// Everything needed to repeat the run.
  struct Origin: Encodable {
    var id: String
    var command: [String]
    var started: String
    var ended: String
    var provenance: Run.Provenance
    var settings: RunSettings?
  }

  struct Share: Encodable {
    var answer: String
    var images: Int
    var share: Double
    var isMajorityAnswer: Bool

    enum CodingKeys: String, CodingKey {
      case answer, images, share
      case isMajorityAnswer = "is_sticky"
    }
  }

  struct Question: Encodable {
    var id: String
    var values: [String: Int]
    var commonest: Share?
  }

  struct Failure: Encodable {
    var filename: String
    var status: Int32
    var message: String
  }

  struct Quality: Encodable {
    var examined: Int
    var failed: Int
    var clean: Int
    var cleanRate: Estimate
    var target: Double
    var isTargetMet: Bool
    var flags: [String: Int]
    var codes: [String: Int]
    var methods: [String: Int]
    var commonestCode: Share?
    var questions: [Question]
    var errors: [Failure]
    var meanSeconds: Double?

    enum CodingKeys: String, CodingKey {
      case examined, failed, clean
      case cleanRate = "clean_rate"
      case target
      case isTargetMet = "is_target_met"
      case flags, codes, methods
      case commonestCode = "commonest_code"
      case questions, errors
      case meanSeconds = "mean_seconds"
    }
  }

  var schema = "dermgemma-summary/1"
  var scope: ValidationScope
  var run: Origin
  var images: LabelCoverage
  var quality: Quality
  var metrics: RunMetrics?

  init(
    run: Run, ended: Date, scope: ValidationScope, counts: RunCounts, coverage: LabelCoverage, metrics: RunMetrics?
  ) {
    self.scope = scope
    self.metrics = metrics
    images = coverage
    self.run = Origin(
      id: run.id.text, command: run.command, started: Self.time(run.started), ended: Self.time(ended),
      provenance: run.provenance, settings: try? RunSettings(json: run.settings))
    func share(_ answer: String, _ images: Int) -> Share {
      Share(
        answer: answer, images: images, share: Double(images) / Double(max(counts.examined, 1)),
        isMajorityAnswer: counts.isMajorityAnswer(images))
    }
    quality = Quality(
      examined: counts.examined, failed: counts.failed, clean: counts.clean,
      cleanRate: Estimate(rate: counts.clean, of: counts.examined), target: RunMetrics.targetCleanRate,
      isTargetMet: counts.examined > 0 && Double(counts.clean) >= RunMetrics.targetCleanRate * Double(counts.examined),
      flags: Dictionary(uniqueKeysWithValues: counts.flags.map { ($0.key.rawValue, $0.value) }),
      codes: Dictionary(uniqueKeysWithValues: counts.codes.map { ($0.key.rawValue, $0.value) }),
      methods: counts.methods, commonestCode: counts.commonestCode.map { share($0.code.rawValue, $0.images) },
      questions: counts.questions.map { question in
        Question(
          id: question.id, values: Dictionary(question.values.map { ($0.value, $0.images) }) { first, _ in first },
          commonest: question.commonest.map { share($0.answer, $0.images) })
      },
      errors: counts.failures.map {
        Failure(filename: $0.name, status: $0.failure.status, message: $0.failure.message)
      },
      meanSeconds: counts.meanMilliseconds.map { $0 / 1000 })
  }

  private static func time(_ date: Date) -> String { date.formatted(.iso8601) }
}

import Dermoscopy
import Foundation

/// An examination as stored in the database: the report or the failure, and the run that it belongs to.
public struct StoredExamination: Sendable, Hashable {
  /// How an examination ended.
  public enum Outcome: Sendable, Hashable {
    /// With a report, of all phases or of the first ones.
    case report(ExaminationReport)
    /// It failed.
    case failure(ExaminationFailure)
  }

  /// Its id.
  public var id: RecordID
  /// The run that it belongs to.
  public var run: RecordID
  /// Its place among the run's inputs, from 0.
  public var position: Int
  /// When it ended, to a millisecond.
  public var finished: Date
  /// The image's name.
  public var imageName: String
  /// SHA-256 of the image file's bytes, hexadecimal in lower case; `nil` when it could not be read or was not needed.
  public var imageDigest: String?
  /// How it ended.
  public var outcome: Outcome
  /// From the beginning to the end, waiting included, in milliseconds.
  public var elapsed: Double
  /// What was known of the image beside its truth when it was examined, as a JSON object: ``metadata``, or what else the
  /// program that stored it had to say.
  public var details: String?

  /// An examination that ended with a report.
  public init(
    id: RecordID = RecordID(), run: RecordID, position: Int, finished: Date = Date(), report: ExaminationReport,
    elapsed: Double? = nil, details: String? = nil
  ) {
    self.init(
      id: id, run: run, position: position, finished: finished, imageName: report.image.name,
      imageDigest: report.image.sha256.isEmpty ? nil : report.image.sha256, outcome: .report(report),
      elapsed: elapsed ?? report.timings.total,
      details: details)
  }

  /// An examination that ended in whatever way.
  ///
  /// Times are stored in milliseconds and rounded here, so that the value stored equals the value fetched.
  public init(
    id: RecordID = RecordID(), run: RecordID, position: Int, finished: Date = Date(), imageName: String,
    imageDigest: String?, outcome: Outcome, elapsed: Double, details: String? = nil
  ) {
    self.id = id
    self.run = run
    self.position = position
    self.finished = finished.toMillisecond
    self.imageName = imageName
    self.imageDigest = imageDigest
    self.outcome = outcome
    self.elapsed = elapsed
    self.details = details
  }

  /// The report, where there is one.
  public var report: ExaminationReport? {
    if case .report(let report) = outcome { report } else { nil }
  }

  /// Why it failed, if it did.
  public var failure: ExaminationFailure? {
    if case .failure(let failure) = outcome { failure } else { nil }
  }

  /// What was known of the lesion and the patient when the image was examined.
  public var metadata: ClinicalMetadata { ClinicalMetadata(json: details) }

  /// What is wrong with any phase's output.
  public var flags: [QualityFlag] {
    report?.flags ?? []
  }
}

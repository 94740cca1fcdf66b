import AtomicFiles
import AuditReporting
import AuditStatistics
import Faults
import Tables
import Validation

/// What an audit found out, and the files that it wrote.
public struct AuditResults: Sendable {
  /// The folder.
  public let folder: String
  /// What was done.
  public let plan: AuditPlan
  /// Images that could not be read, with the reasons.
  public let failures: [Failure]
  /// Arms that could not be asked of some images: by arm and reason, of how many.
  public let armFailures: [ArmFailure]
  /// Mean structural similarity of prepared pictures to the control's, by role, arm and dose.
  public let similarities: [String: Double]
  /// What was computed.
  public let work: AuditWork
  /// Encodes of this process, by the engine's own count, beyond those of controls and changed pictures; `nil` if the engine was
  /// not asked.
  public internal(set) var otherEncodes: Int?
  /// The report.
  public let report: AuditReport
  /// What was written.
  public internal(set) var files: [String]

  /// An image that could not be read.
  public struct Failure: Sendable, Hashable {
    /// Its name.
    public var image: String
    /// The exit status of its reason.
    public var status: Int32
    /// Why.
    public var reason: String
  }

  /// An arm that could not be asked of some images.
  public struct ArmFailure: Sendable, Hashable {
    /// The arm's name.
    public var arm: String
    /// Why.
    public var reason: String
    /// Of how many images.
    public var images: Int
  }

  /// The exit status that says whether all images were read.
  public var exitStatus: Int32 {
    let statuses = Set(failures.map(\.status))
    let unavailable = FaultKind.unavailable.exitStatus
    return statuses.isEmpty ? 0 : statuses == [unavailable] ? unavailable : FaultKind.unusableInput.exitStatus
  }

  /// Gathers the answers and writes their table.
  ///
  /// - Parameters:
  ///   - folder: where it goes.
  ///   - journal: the answers.
  ///   - plan: what was done.
  ///   - provenance: of everything but what was computed.
  /// - Throws: `UnwritableFile`; a `Fault` for a journal that was changed meanwhile.
  init(_ folder: RunFolder, _ journal: AuditJournal, plan: AuditPlan, provenance: AuditProvenance) throws {
    self.folder = folder.path
    self.plan = plan
    var gathered = Gathered()
    var gathering = try AnswerGathering(in: folder.path)
    let table = try AtomicFile(folder.file(AuditReport.answersName), draft: .named)
    try table.write(AnswerFile.header + "\n")
    for position in 0..<plan.images {
      try Task.checkCancellation()
      guard let record = try journal.image(position) else { continue }
      gathered.add(record)
      let pair = try journal.pair(position)
      if let pair { gathered.work += pair.work }
      let rows = record.rows + (pair?.rows ?? [])
      for row in rows { try table.write(row + "\n") }
      try gathering.add(rows: rows)
    }
    try table.finish()
    files = [AuditReport.answersName]
    failures = gathered.failures
    if failures.isEmpty {
      try folder.remove(FailureList.fileName)
    } else {
      let lines = failures.map { CSVRow.text([$0.image, String($0.status), $0.reason]) }
      try folder.write(
        ([CSVRow.text(FailureList.header)] + lines).joined(separator: "\n") + "\n", to: FailureList.fileName)
      files.append(FailureList.fileName)
    }
    armFailures = gathered.armFailures
    similarities = gathered.similarities.mapValues { ($0.sum / Double($0.count) * 10_000).rounded() / 10_000 }
    work = gathered.work
    var provenance = provenance
    (provenance.encodes, provenance.prompts) = (work.encodes, work.prompts)
    provenance.failures = failures.count
    let (arms, remarks) = (plan.audited(similarities, gathered.armFailures), gathered.remarks)
    report =
      gathering.hasControl
      ? try AuditReport(
        answers: try gathering.checked().answers, provenance: provenance, arms: arms, remarks: remarks)
      : AuditReport(answers: [], provenance: provenance, arms: arms, remarks: remarks)
  }

  private struct Gathered {
    var failures: [Failure] = []
    var arms: [String: [String: Int]] = [:]
    var similarities: [String: (sum: Double, count: Int)] = [:]
    var work = AuditWork()

    mutating func add(_ record: ImageRecord) {
      if let failed = record.failed {
        failures.append(Failure(image: record.image, status: failed.status, reason: failed.message))
      }
      for failure in Set(record.failures) { arms[failure.arm, default: [:]][failure.reason, default: 0] += 1 }
      for (arm, value) in record.similarities {
        let known = similarities[arm] ?? (0, 0)
        similarities[arm] = (known.sum + value, known.count + 1)
      }
      work += record.work
    }

    var armFailures: [ArmFailure] {
      arms.sorted { $0.key < $1.key }.flatMap { arm, reasons in
        reasons.sorted { $0.key < $1.key }.map { ArmFailure(arm: arm, reason: $0.key, images: $0.value) }
      }
    }

    var remarks: [String] {
      armFailures.map { "\($0.arm) was not asked of \($0.images) images: \($0.reason)" }
        + (failures.isEmpty ? [] : ["\(failures.count) images could not be read; \(FailureList.fileName) says why"])
    }
  }
}

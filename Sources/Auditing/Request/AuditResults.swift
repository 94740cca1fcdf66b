import AtomicFiles
import AuditStatistics
import Foundation
import Tables
import Validation

/// What an audit found out, and the files that it wrote.
public struct AuditResults: Sendable {
  /// The answers, one row for each image, arm, dose and seed.
  public static let answersName = "audit.csv"
  /// The figures.
  public static let figuresName = "audit.json"

  /// The folder.
  public let folder: String
  /// What was done.
  public let plan: AuditPlan
  /// Images that could not be read, with the reasons.
  public let failures: [(image: String, status: Int32, reason: String)]
  /// Arms that could not be asked of some images: by arm and reason, of how many.
  public let armFailures: [ArmFailure]
  /// Mean structural similarity of prepared pictures to the control's, by role, arm and dose.
  public let similarities: [String: Double]
  /// What was computed.
  public let work: AuditWork
  /// All figures.
  public let figures: AuditFigures
  /// What was written.
  public let files: [String]

  /// An arm that could not be asked of some images.
  public struct ArmFailure: Sendable, Hashable {
    /// The arm's name.
    public var arm: String
    /// Why.
    public var reason: String
    /// Of how many images.
    public var images: Int
  }

  /// Gathers and writes the results.
  ///
  /// - Throws: `UnwritableFile`; a `Fault` for a journal that was changed meanwhile.
  init(_ folder: RunFolder, _ journal: AuditJournal, plan: AuditPlan) throws {
    self.folder = folder.path
    self.plan = plan
    var summary = Gathered()
    let table = try AtomicFile(folder.file(Self.answersName), draft: .named)
    try table.write(AnswerFile.header + "\n")
    for position in 0..<plan.images {
      try Task.checkCancellation()
      guard let record = try journal.image(position) else { continue }
      summary.add(record)
      let pair = try journal.pair(position)
      if let pair { summary.work += pair.work }
      for row in record.rows + (pair?.rows ?? []) { try table.write(row + "\n") }
    }
    try table.finish()
    var files = [Self.answersName]
    failures = summary.failures
    if failures.isEmpty {
      try folder.remove(FailureList.fileName)
    } else {
      let lines = failures.map { CSVRow.text([$0.image, String($0.status), $0.reason]) }
      try folder.write(
        ([CSVRow.text(FailureList.header)] + lines).joined(separator: "\n") + "\n", to: FailureList.fileName)
      files.append(FailureList.fileName)
    }
    armFailures = summary.armFailures
    similarities = summary.similarities.mapValues { ($0.sum / Double($0.count) * 10_000).rounded() / 10_000 }
    work = summary.work
    let answers = summary.hasControl ? try AnswerFile(path: folder.file(Self.answersName)).answers : []
    figures = AuditFigures(AuditTable(answers))
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    try folder.write(String(decoding: try encoder.encode(figures), as: UTF8.self) + "\n", to: Self.figuresName)
    self.files = files + [Self.figuresName]
  }

  private struct Gathered {
    var failures: [(image: String, status: Int32, reason: String)] = []
    var arms: [String: [String: Int]] = [:]
    var similarities: [String: (sum: Double, count: Int)] = [:]
    var work = AuditWork()
    var hasControl = false

    mutating func add(_ record: ImageRecord) {
      if let failed = record.failed { failures.append((record.image, failed.status, failed.message)) }
      hasControl = hasControl || record.control != nil
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
  }
}

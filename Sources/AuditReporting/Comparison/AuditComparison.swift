import AtomicFiles
import AuditStatistics
import Foundation
import JSON
import Validation

/// Two audits of the same images: which model is more robust, number by number.
public struct AuditComparison: Sendable {
  /// The JSON's name and version.
  static let schema = "dermgemma-audit-comparison/1"

  /// Which audit a number speaks for.
  public enum Verdict: String, Sendable, Hashable, Codable {
    /// The first.
    case a
    /// The second.
    case b
    /// The interval of the difference holds 0, or there is none.
    case unclear
    /// One of them has no such number.
    case notMeasured = "not_measured"
  }

  /// The audit called A.
  public let first: AuditFolder
  /// The audit called B.
  public let second: AuditFolder
  /// The scorecard's figures of both.
  public let differences: AuditDifferences
  /// Arms that do not apply to one of them and are left out of both.
  public let leftOut: [String]

  /// Reads and compares two folders.
  ///
  /// - Parameters:
  ///   - first: the folder of the one called A.
  ///   - second: that of B.
  ///   - names: what reports and messages call them; `nil` for their paths.
  ///   - replicates: resamples of the bootstrap.
  ///   - seed: of the resamples.
  /// - Throws: ``AuditComparisonFault``, `LabelFault`, `UnwritableFile`.
  public init(
    _ first: String, _ second: String, called names: (String, String)? = nil,
    replicates: Int = AuditFigures.replicates, seed: UInt64 = AuditFigures.seed
  ) throws {
    func place(_ path: String) -> String { URL(fileURLWithPath: path).resolvingSymlinksInPath().path }
    guard place(first) != place(second) else { throw AuditComparisonFault.sameAudit(first: first, second: second) }
    for (one, other) in [(first, second), (second, first)] where !AuditFolder.isAudit(one) {
      throw AuditComparisonFault.oneAudit(audit: other, other: one)
    }
    self.first = try AuditFolder(first, called: names?.0)
    self.second = try AuditFolder(second, called: names?.1)
    let pairing = try AuditPairing(self.first, self.second)
    leftOut = pairing.leftOut
    differences = AuditDifferences(pairing.first, pairing.second, replicates: replicates, seed: seed)
    for audit in [self.first, self.second] { try audit.answers.check() }
  }

  /// Which audit a number of the scorecard speaks for.
  public static func verdict(_ entry: AuditDifferences.Entry) -> Verdict {
    guard let main = entry.figures.first, main.difference.value != nil else { return .notMeasured }
    guard let low = main.difference.low, let high = main.difference.high, let higher = main.measure.isBetterHigher,
      low > 0 || high < 0
    else { return .unclear }
    return (low > 0) == higher ? .b : .a
  }

  /// A number of the scorecard in a sentence or two.
  public static func sentence(_ entry: AuditDifferences.Entry) -> String {
    guard let main = entry.figures.first else { return "Not measured." }
    let unit = main.measure.unit
    guard let one = main.first.value, let other = main.second.value, let difference = main.difference.value else {
      return "Not measured: \(main.difference.reason ?? "one of them lacks it")."
    }
    func number(_ value: Double) -> String { FigureText.number(value, unit) }
    let range =
      if let low = main.difference.low, let high = main.difference.high {
        "With other lesions of the same kind, \(number(low)) to \(number(high)) would be no surprise."
      } else if difference == 0 { "They are the same, whatever lesions are drawn." } else {
        "There are too few lesions to say how certain that is."
      }
    let counted = "\(main.measure.title): \(FigureText.value(one, unit)) in A, \(number(other)) in B."
    let better =
      switch verdict(entry) {
      case .a: "A is better"
      case .b: "B is better"
      case .unclear, .notMeasured: "No clear difference"
      }
    return "\(counted) \(better): B less A is \(number(difference)). \(range)"
  }

  /// All numbers in one sentence.
  public var summary: String {
    let verdicts = differences.entries.map(Self.verdict)
    let (a, b) = (verdicts.count { $0 == .a }, verdicts.count { $0 == .b })
    let (unclear, missing) = (verdicts.count { $0 == .unclear }, verdicts.count { $0 == .notMeasured })
    let start =
      if a == 0, b == 0 { "Neither is clearly more robust" } else if b == 0 { "A is the more robust" } else if a == 0 {
        "B is the more robust"
      } else { "Each is more robust in something" }
    let parts =
      [(a, "A is better in"), (b, "B is better in"), (unclear, "no clear difference in"), (missing, "not measured:")]
      .filter { $0.0 > 0 }.map { "\($0.1) \($0.0)" }
    return "\(start). Of twelve numbers: \(parts.joined(separator: ", "))."
  }

  /// Everything as text, for a terminal.
  public var lines: [String] {
    let head = [
      "A: \(first.name) (\(first.provenance.model ?? "a table of answers"))",
      "B: \(second.name) (\(second.provenance.model ?? "a table of answers"))",
      "\(differences.images) images of \(differences.lesions) lesions", "", summary,
    ]
    let left =
      leftOut.isEmpty ? [] : ["Left out, because it does not apply to one of them: " + leftOut.joined(separator: ", ")]
    return head + left
      + differences.entries.flatMap { ["", "\($0.number). \($0.title)", "   \(Self.sentence($0))"] }
  }

  /// One JSON object on one line.
  ///
  /// - Throws: `EncodingError`.
  public var json: String { get throws { try OrderedJSON.line(AuditComparisonDocument(self)) } }

  /// The report: one self-contained page of HTML.
  public var page: String { AuditComparisonPage(self).markup.html }

  /// Writes `comparison.json` and `comparison.html` into a folder, which is made unless it is there.
  ///
  /// - Throws: `UnwritableFile`.
  public func write(into folder: String) throws {
    try Folder.make(folder)
    let names = ComparisonReport.fileNames
    try AtomicFile.write((json + "\n").utf8, to: folder + "/" + names[0])
    let page = try AtomicFile(folder + "/" + names[1])
    try page.write(AuditComparisonPage(self).markup)
    try page.finish()
  }
}

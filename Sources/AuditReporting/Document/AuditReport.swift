import AtomicFiles
import AuditStatistics
import JSON
import Validation

/// The report of an audit: `audit.json` with every figure, and `audit.html`, one self-contained page.
public struct AuditReport: Sendable {
  /// Gives a picture as a small JPEG or PNG; `nil` where there is none.
  public typealias Pictures = (_ picture: AuditPicture) async throws -> [UInt8]?

  /// The JSON's name and version.
  public static let schema = "dermgemma-audit/1"
  /// The document's file name.
  public static let documentName = "audit.json"
  /// The page's file name.
  public static let pageName = "audit.html"
  /// The answers' file name; whoever collects the answers writes it.
  public static let answersName = "audit.csv"

  /// The longer side of the page's pictures in pixels: twice what the page shows, for sharp screens.
  public static let pictureSide = 224

  /// Every figure.
  public let figures: AuditFigures
  /// What is drawn besides.
  public let illustrations: AuditIllustrations
  /// Everything that a repeat needs.
  public let provenance: AuditProvenance
  /// Every arm, with what became of it.
  public let arms: [AuditedArm]
  /// What a reader should know, one sentence each.
  public let remarks: [String]

  /// Computes a report.
  ///
  /// - Parameters:
  ///   - answers: of all arms, the control's included.
  ///   - provenance: everything that a repeat needs.
  ///   - arms: those that were run, left out or not applicable; arms that have answers and are not among them are added.
  ///   - remarks: what a reader should know about the input, one sentence each.
  ///   - replicates: resamples of each interval, as `AuditFigures` takes them.
  ///   - seed: of the resamples.
  public init(
    answers: [AuditAnswer], provenance: AuditProvenance, arms: [AuditedArm] = [], remarks: [String] = [],
    replicates: Int = AuditFigures.replicates, seed: UInt64 = AuditFigures.seed
  ) {
    var counts = ArmCounts()
    for answer in answers { counts.add(answer) }
    self.init(
      AuditTable(answers), counts, provenance: provenance, arms: arms, remarks: remarks, replicates: replicates,
      seed: seed)
  }

  /// Computes a report of answers on the disk, as above.
  ///
  /// - Throws: `UnwritableFile` if they cannot be read again.
  public init(
    answers: AnswerSpool, provenance: AuditProvenance, arms: [AuditedArm] = [], remarks: [String] = [],
    replicates: Int = AuditFigures.replicates, seed: UInt64 = AuditFigures.seed
  ) throws {
    var counts = ArmCounts()
    answers.forEach(withWords: false) { counts.add($0) }
    self.init(
      AuditTable(answers), counts, provenance: provenance, arms: arms, remarks: remarks, replicates: replicates,
      seed: seed)
    try answers.check()
  }

  private init(
    _ table: AuditTable, _ counts: ArmCounts, provenance: AuditProvenance, arms: [AuditedArm], remarks: [String],
    replicates: Int, seed: UInt64
  ) {
    figures = AuditFigures(table, replicates: replicates, seed: seed)
    illustrations = AuditIllustrations(table, replicates: replicates, seed: seed)
    self.provenance = provenance
    self.arms = counts.arms(listed: arms)
    self.remarks = remarks + figures.remarks
  }

  /// Writes `audit.json` and `audit.html` into a folder, which is made unless it is there; each file appears whole or not at
  /// all.
  ///
  /// - Parameters:
  ///   - folder: where the files go.
  ///   - pictures: asked for the few pictures that the page shows, one after the other.
  /// - Throws: `UnwritableFile`, `CancellationError`, and what `pictures` throws.
  public func write(into folder: String, pictures: Pictures = { _ in nil }) async throws {
    try Folder.make(folder)
    let json = try AtomicFile(folder + "/" + Self.documentName)
    try json.write(OrderedJSON.line(AuditDocument(self)) + "\n")
    try json.finish()
    let page = try AtomicFile(folder + "/" + Self.pageName)
    try await AuditPage(self).write(pictures) { try page.write($0) }
    try page.finish()
  }
}

/// How many answers each arm has.
struct ArmCounts {
  private struct Key: Hashable {
    var role: AuditRole
    var name: String
  }

  private var answers: [Key: Int] = [:]
  private var doses: [Key: Set<Int>] = [:]
  private var originals: Set<String> = []

  mutating func add(_ one: AuditAnswer) {
    let key = Key(role: one.role, name: one.arm)
    answers[key, default: 0] += 1
    doses[key, default: []].insert(one.dose)
    if one.role == .control { originals.insert(one.image) }
  }

  /// The arms listed, counted, then those that were not, by role and name; the control first.
  func arms(listed: [AuditedArm]) -> [AuditedArm] {
    var rest = answers
    var arms = listed.map { arm in
      var arm = arm
      let key = Key(role: arm.role, name: arm.name)
      if arm.role == .control, !arm.name.isEmpty, arm.status == .run {
        // Seeds have rows of the originals' role beyond each original's own; what is only computed rests on the originals.
        let controls = answers[Key(role: .control, name: "")] ?? 0
        arm.answers = arm.prompts > 0 ? controls - originals.count : originals.count
      } else {
        arm.answers = rest.removeValue(forKey: key) ?? 0
      }
      return arm
    }
    let order = AuditRole.allCases
    let others = rest.keys.sorted {
      let (one, other) = (order.firstIndex(of: $0.role) ?? 0, order.firstIndex(of: $1.role) ?? 0)
      return (one, $0.name) < (other, $1.name)
    }
    arms += others.map { key in
      AuditedArm(
        name: key.name, role: key.role, doses: (doses[key] ?? []).sorted(), answers: rest[key] ?? 0)
    }
    return arms.filter { $0.family == nil } + arms.filter { $0.family != nil }
  }
}

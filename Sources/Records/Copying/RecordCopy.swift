import AtomicFiles
import Digests

/// Copies everything that one database holds into another, of whatever kind.
///
/// A copy that was stopped goes on where it stopped when it is begun again: what the other database has already is compared
/// and left alone. At the end both are read once more, and must agree in number and digest.
public struct RecordCopy: Sendable {
  /// What was copied.
  public struct Result: Sendable, Hashable {
    /// Runs of the first database.
    public var runs = 0
    /// Examinations of the first database.
    public var examinations = 0
    /// Examinations that the second one did not have.
    public var copied = 0
    /// SHA-256 of all runs and examinations, hexadecimal; equal for both databases.
    public var digest = ""
  }

  private let source: any RecordStore
  private let target: any RecordStore

  /// A copy of `source` into `target`.
  public init(of source: any RecordStore, into target: any RecordStore) {
    self.source = source
    self.target = target
  }

  /// Copies, the oldest run first and each run by its positions.
  ///
  /// - Throws: ``RecordFault/diverged(run:reason:)`` for a run that the second database knows otherwise, or when both do
  ///   not agree at the end; `cancelled`; any fault of the two databases.
  public func run() async throws(RecordFault) -> Result {
    var result = Result()
    var digests: [UInt8] = []
    for run in try await runs().reversed() {
      try await begin(run)
      result.copied += try await copyExaminations(of: run.id)
      try await finish(run)
      let (mine, theirs) = (try await RunDigest(run.id, in: source), try await RunDigest(run.id, in: target))
      guard mine.count == theirs.count else {
        throw .diverged(run: run.id, reason: "\(mine.count) examinations here, \(theirs.count) there")
      }
      guard mine.digest == theirs.digest else { throw .diverged(run: run.id, reason: "their digests differ") }
      result.runs += 1
      result.examinations += mine.count
      digests += mine.digest.bytes
    }
    result.digest = SHA256Digest(of: digests).hexadecimal
    return result
  }

  /// All runs, the newest first.
  private func runs() async throws(RecordFault) -> [Run] {
    var (found, cursor): ([Run], RecordCursor?) = ([], nil)
    repeat {
      let page = try await source.runs(limit: RecordLimits.page, after: cursor)
      found += page.elements
      cursor = page.next
    } while cursor != nil
    return found
  }

  private func begin(_ run: Run) async throws(RecordFault) {
    guard var there = try await target.run(run.id) else { return try await target.begin(run) }
    (there.state, there.ended) = (run.state, run.ended)
    guard there == run else { throw .diverged(run: run.id, reason: "they were begun differently") }
  }

  /// A run that was going on when its copy began may have ended since.
  private func finish(_ run: Run) async throws(RecordFault) {
    guard let there = try await target.run(run.id), there != run else { return }
    try await target.mark(run: run.id, as: run.state, ended: run.ended)
  }

  /// - Returns: how many were copied.
  private func copyExaminations(of run: RecordID) async throws(RecordFault) -> Int {
    var (count, last) = (0, Int?.none)
    while true {
      if Task.isCancelled { throw .cancelled }
      let page = try await source.examinations(ofRun: run, after: last, limit: RecordLimits.page)
      let there = try await target.examinations(ofRun: run, after: last, limit: RecordLimits.page)
      let known = Dictionary(there.map { ($0.position, $0) }) { first, _ in first }
      let missing = page.filter { known[$0.position] == nil }
      if !missing.isEmpty { try await target.keep(missing) }
      // What was retried since is replaced as it was in the first database.
      let changed = page.filter { examination in known[examination.position].map { $0 != examination } ?? false }
      for examination in changed { try await target.keep(examination, replacing: true) }
      count += missing.count + changed.count
      last = page.last?.position
      if page.count < RecordLimits.page { return count }
    }
  }

  /// Writes a database to a new SQLite file, which appears whole or not at all.
  ///
  /// - Throws: `unwritable`; any fault of the database.
  static func write(_ source: any RecordStore, toNewFile path: String) async throws(RecordFault) {
    do {
      let file = try AtomicFile(path, mode: 0o600)
      let target = try await SQLiteRecords(path: file.draft)
      do {
        _ = try await RecordCopy(of: source, into: target).run()
        await target.close()
      } catch {
        await target.close()
        throw error
      }
      try file.finish(durably: true)
    } catch let fault as UnwritableFile {
      throw .unwritable(place: fault.path, reason: fault.reason)
    } catch {
      switch error as? RecordFault {
      case .full, .unwritable: throw .unwritable(place: path, reason: "no space is left or the disk failed")
      case let fault?: throw fault
      case nil: throw .unwritable(place: path, reason: "\(error)")
      }
    }
  }
}

/// How many examinations a run has, and the digest of it and them.
private struct RunDigest {
  var count = 0
  var digest: SHA256Digest

  init(_ id: RecordID, in store: any RecordStore) async throws(RecordFault) {
    var hasher = SHA256Hasher()
    if let run = try await store.run(id) { Self.add("\(try RunRow.values(run))", to: &hasher) }
    var (last, isOver) = (Int?.none, false)
    while !isOver {
      if Task.isCancelled { throw .cancelled }
      let page = try await store.examinations(ofRun: id, after: last, limit: RecordLimits.page)
      for examination in page { Self.add(try Self.line(examination), to: &hasher) }
      count += page.count
      last = page.last?.position
      isOver = page.count < RecordLimits.page
    }
    digest = hasher.finish()
  }

  private static func line(_ examination: StoredExamination) throws(RecordFault) -> String {
    do { return try ExaminationExport.json(examination) } catch { throw .unkeepable(reason: "\(error)") }
  }

  private static func add(_ line: String, to hasher: inout SHA256Hasher) {
    let bytes = Array((line + "\n").utf8)
    bytes.withUnsafeBytes { hasher.update($0) }
  }
}

import Foundation

/// A database of runs and examinations.
///
/// Once `keep` or `begin` has returned, its data survive a crash of the process. Every call is one transaction, all or
/// nothing. Any number of tasks may call concurrently.
///
/// Any call may throw faults of the database itself:
/// ``RecordFault/unusable(store:reason:)``, `busy`, `damaged` or `closed`; one that writes, also `full` or `unwritable`.
/// Further faults are documented with each call.
///
/// ```swift
/// import Records
///
/// let store = try await RecordStores.open("lesions.sqlite", opening: .existing)
/// var query = RecordQuery()
/// query.code = .melanoma
/// query.isClean = true
/// print(try await store.counts(matching: query).examinations)
/// for try await examination in store.examinations(matching: query) {
///   print(examination.imageName, examination.metadata.age ?? 0)
/// }
/// await store.close()
/// ```
public protocol RecordStore: Sendable {
  // MARK: Runs

  /// Stores a new run.
  ///
  /// - Throws: ``RecordFault/unkeepable(reason:)`` when its id is taken or its settings are no JSON object.
  func begin(_ run: Run) async throws(RecordFault)

  /// Updates the state of a run.
  ///
  /// - Throws: ``RecordFault/unknownRun(_:)``.
  func mark(run: RecordID, as state: Run.State, ended: Date?) async throws(RecordFault)

  /// A run; `nil` when there is none.
  ///
  /// - Throws: ``RecordFault``, as any call.
  func run(_ id: RecordID) async throws(RecordFault) -> Run?

  /// Runs, newest first.
  ///
  /// - Parameters:
  ///   - limit: how many at most, from 1 to ``RecordLimits/page``.
  ///   - cursor: where the last page ended; `nil` for the first.
  /// - Throws: ``RecordFault/badCursor(_:)``.
  func runs(limit: Int, after cursor: RecordCursor?) async throws(RecordFault) -> RecordPage<Run>

  // MARK: Keeping

  /// Stores an examination.
  ///
  /// - Parameters:
  ///   - examination: what is kept, at its own position of its own run.
  ///   - replacing: whether it replaces what was stored at the same position of the run, as when a failure is retried.
  /// - Throws: ``RecordFault/alreadyKept(run:position:)`` for a position that is taken, `unknownRun`, `full`.
  func keep(_ examination: StoredExamination, replacing: Bool) async throws(RecordFault)

  /// Stores examinations at positions that are free, all of them or none.
  ///
  /// - Throws: ``RecordFault/alreadyKept(run:position:)`` for a position that is taken, `unknownRun`, `full`.
  func keep(_ examinations: [StoredExamination]) async throws(RecordFault)

  /// Copies the examinations of runs in other databases into a run of this one, at the same positions and with their ids.
  ///
  /// - Parameters:
  ///   - sources: whose examinations.
  ///   - own: the run of this database that they then belong to; none of their positions is taken.
  /// - Returns: how many each source had.
  /// - Throws: ``RecordFault/unknownRun(_:)`` for `own`; `full`; `cancelled` when the calling task is, and nothing was copied.
  func copy(_ sources: [RunSource], into own: RecordID) async throws(RecordFault) -> [Int]

  // MARK: Fetching

  /// An examination; `nil` when there is none.
  ///
  /// - Throws: ``RecordFault``, as any call.
  func examination(_ id: RecordID) async throws(RecordFault) -> StoredExamination?

  /// What was kept at a run's position, counted from 0; `nil` when nothing was.
  ///
  /// - Throws: ``RecordFault``, as any call.
  func examination(ofRun run: RecordID, at position: Int) async throws(RecordFault) -> StoredExamination?

  /// A run's examinations in the order of their positions.
  ///
  /// - Parameters:
  ///   - run: whose.
  ///   - position: the last position already known; `nil` for none.
  ///   - limit: how many at most, from 1 to ``RecordLimits/page``.
  /// - Throws: ``RecordFault``, as any call.
  func examinations(
    ofRun run: RecordID, after position: Int?, limit: Int
  ) async throws(RecordFault) -> [StoredExamination]

  /// Which of a run's positions are taken, as ascending ranges.
  ///
  /// - Parameters:
  ///   - run: whose.
  ///   - failures: whether positions of failed examinations count.
  /// - Throws: ``RecordFault``, as any call.
  func keptPositions(ofRun run: RecordID, failures: Bool) async throws(RecordFault) -> [ClosedRange<Int>]

  // MARK: Searching

  /// Examinations, newest first, in the order in which they were stored.
  ///
  /// Each page continues where the last one ended, whatever was stored or deleted meanwhile: nothing is left out,
  /// nothing comes twice, and examinations that are newer than the first page are on none.
  ///
  /// - Parameters:
  ///   - query: which; an empty one matches all.
  ///   - limit: how many at most, from 1 to ``RecordLimits/page``.
  ///   - cursor: where the last page ended; `nil` for the first.
  /// - Throws: ``RecordFault/badCursor(_:)``; ``RecordFault/cancelled`` as soon as the calling task is.
  func examinations(
    matching query: RecordQuery, limit: Int, after cursor: RecordCursor?
  ) async throws(RecordFault) -> RecordPage<StoredExamination>

  /// How many examinations match.
  ///
  /// - Throws: ``RecordFault``, as any call.
  func counts(matching query: RecordQuery) async throws(RecordFault) -> RecordCounts

  // MARK: Deleting

  /// Deletes examinations, and runs with all that belongs to them. Unknown ids are ignored.
  ///
  /// In a file their bytes are overwritten, once for all of them and for what others deleted meanwhile. A server overwrites
  /// them when it cleans up (docs/RECORDS.md).
  ///
  /// - Returns: how many examinations there were.
  /// - Throws: ``RecordFault/lingering(store:reason:)`` when they are deleted and their bytes not overwritten yet.
  func delete(examinations: [RecordID], runs: [RecordID]) async throws(RecordFault) -> Int

  // MARK: Maintenance

  /// Writes a consistent copy to a new SQLite file, which appears whole or not at all. Other calls continue meanwhile.
  ///
  /// - Throws: ``RecordFault/unwritable(place:reason:)`` when the file cannot be written.
  func backUp(to path: String) async throws(RecordFault)

  /// The faults of the database, one line each; empty when it is sound.
  ///
  /// - Throws: ``RecordFault``, as any call.
  func check() async throws(RecordFault) -> [String]

  /// Closes the database. Later calls throw `closed`.
  func close() async
}

/// Limits of a store.
public enum RecordLimits {
  /// Elements of a page at most.
  public static let page = 1_000
}

extension RecordStore {
  /// Copies one examination after the other; a store that can do it in one go has its own.
  ///
  /// - Returns: how many each source had.
  /// - Throws: ``RecordFault``, as any call that writes.
  public func copy(_ sources: [RunSource], into own: RecordID) async throws(RecordFault) -> [Int] {
    var counts: [Int] = []
    for source in sources { counts.append(try await copy(source, into: own)) }
    return counts
  }

  private func copy(_ source: RunSource, into own: RecordID) async throws(RecordFault) -> Int {
    let other = try await RecordStores.open(source.store, opening: .existing)
    var count = 0
    do throws(RecordFault) {
      var last: Int?
      while true {
        let page = try await other.examinations(ofRun: source.run, after: last, limit: RecordLimits.page)
        for var examination in page {
          examination.run = own
          try await keep(examination)
          last = examination.position
        }
        count += page.count
        if page.count < RecordLimits.page { break }
      }
    } catch {
      await other.close()
      throw error
    }
    await other.close()
    return count
  }

  /// Keeps an examination whose position is free.
  ///
  /// - Throws: ``RecordFault/alreadyKept(run:position:)`` for a position that is taken, `unknownRun`, `full`.
  public func keep(_ examination: StoredExamination) async throws(RecordFault) {
    try await keep(examination, replacing: false)
  }

  /// Deletes examinations.
  ///
  /// - Returns: how many there were.
  /// - Throws: ``RecordFault/lingering(store:reason:)`` when they are deleted and their bytes not overwritten yet.
  public func delete(examinations: [RecordID]) async throws(RecordFault) -> Int {
    try await delete(examinations: examinations, runs: [])
  }

  /// Updates the state of a run; one that no longer runs ended now.
  ///
  /// - Throws: ``RecordFault/unknownRun(_:)``.
  public func mark(run: RecordID, as state: Run.State) async throws(RecordFault) {
    try await mark(run: run, as: state, ended: state == .running ? nil : Date())
  }

  /// A run's examinations in the order of their positions, however many, in constant memory.
  ///
  /// Examinations stored behind the reader's position while it reads may be left out.
  public func examinations(ofRun run: RecordID) -> ExaminationsOfRun { ExaminationsOfRun(store: self, run: run) }

  /// All examinations that match, newest first, however many, in constant memory.
  public func examinations(matching query: RecordQuery) -> MatchingExaminations {
    MatchingExaminations(store: self, query: query)
  }
}

import Foundation

/// A database of runs and examinations.
///
/// What `keep` and `begin` have returned from survives the end of the process, however violent. Every call is one
/// transaction: it is done whole or not at all. Any number of tasks may call at once.
///
/// Any call may throw what concerns the database itself: ``RecordFault/unusable(path:reason:)``, `busy`, `damaged` or
/// `closed`; one that writes, `full` or `unwritable`. What a call throws besides stands there.
public protocol RecordStore: Sendable {
  // MARK: Runs

  /// Keeps a new run.
  ///
  /// - Throws: ``RecordFault/unkeepable(reason:)`` when its id is taken or its settings are no JSON object.
  func begin(_ run: Run) async throws(RecordFault)

  /// Says how far a run has come.
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

  /// Keeps an examination.
  ///
  /// - Parameters:
  ///   - examination: what is kept, at its own position of its own run.
  ///   - replacing: whether what was kept at the same position of the run gives way, as when a failure is tried again.
  /// - Throws: ``RecordFault/alreadyKept(run:position:)`` for a position that is taken, `unknownRun`, `full`.
  func keep(_ examination: KeptExamination, replacing: Bool) async throws(RecordFault)

  // MARK: Fetching

  /// An examination; `nil` when there is none.
  ///
  /// - Throws: ``RecordFault``, as any call.
  func examination(_ id: RecordID) async throws(RecordFault) -> KeptExamination?

  /// What was kept at a run's position, counted from 0; `nil` when nothing was.
  ///
  /// - Throws: ``RecordFault``, as any call.
  func examination(ofRun run: RecordID, at position: Int) async throws(RecordFault) -> KeptExamination?

  /// A run's examinations in the order of their positions.
  ///
  /// - Parameters:
  ///   - run: whose.
  ///   - position: the last position already known; `nil` for none.
  ///   - limit: how many at most, from 1 to ``RecordLimits/page``.
  /// - Throws: ``RecordFault``, as any call.
  func examinations(
    ofRun run: RecordID, after position: Int?, limit: Int
  ) async throws(RecordFault) -> [KeptExamination]

  /// Which of a run's positions are taken, in ascending order, neighbours together.
  ///
  /// - Parameters:
  ///   - run: whose.
  ///   - failures: whether positions count at which an examination failed.
  /// - Throws: ``RecordFault``, as any call.
  func keptPositions(ofRun run: RecordID, failures: Bool) async throws(RecordFault) -> [ClosedRange<Int>]

  // MARK: Searching

  /// Examinations, newest first; newest is what was kept last.
  ///
  /// Pages go on where the last ended, whatever was kept or deleted meanwhile: nothing that stood on no page yet is left
  /// out, nothing comes twice, and what is newer than the first page is on none.
  ///
  /// - Parameters:
  ///   - query: which; an empty one matches all.
  ///   - limit: how many at most, from 1 to ``RecordLimits/page``.
  ///   - cursor: where the last page ended; `nil` for the first.
  /// - Throws: ``RecordFault/badCursor(_:)``; ``RecordFault/cancelled`` as soon as the calling task is.
  func examinations(
    matching query: RecordQuery, limit: Int, after cursor: RecordCursor?
  ) async throws(RecordFault) -> RecordPage<KeptExamination>

  /// How many examinations match.
  ///
  /// - Throws: ``RecordFault``, as any call.
  func counts(matching query: RecordQuery) async throws(RecordFault) -> RecordCounts

  // MARK: Deleting

  /// Deletes examinations, and runs with all that belongs to them. Their bytes are overwritten, once for all of them and
  /// for what others deleted meanwhile. Ids that nothing has are passed over.
  ///
  /// - Returns: how many examinations there were.
  /// - Throws: ``RecordFault/lingering(path:reason:)`` when they are deleted and their bytes not overwritten yet.
  func delete(examinations: [RecordID], runs: [RecordID]) async throws(RecordFault) -> Int

  // MARK: Upkeep

  /// Writes all of it, as it is at one moment, to a new file, which appears whole or not at all. Others go on meanwhile.
  ///
  /// - Throws: ``RecordFault/unwritable(path:reason:)`` when the file cannot be written.
  func backUp(to path: String) async throws(RecordFault)

  /// What is wrong with the database, a line each; empty when nothing is.
  ///
  /// - Throws: ``RecordFault``, as any call.
  func check() async throws(RecordFault) -> [String]

  /// Gives the database back. Later calls throw `closed`.
  func close() async
}

/// What a store is held to.
public enum RecordLimits {
  /// Elements of a page at most.
  public static let page = 1_000
}

extension RecordStore {
  /// Keeps an examination whose position is free.
  ///
  /// - Throws: ``RecordFault/alreadyKept(run:position:)`` for a position that is taken, `unknownRun`, `full`.
  public func keep(_ examination: KeptExamination) async throws(RecordFault) {
    try await keep(examination, replacing: false)
  }

  /// Deletes examinations.
  ///
  /// - Returns: how many there were.
  /// - Throws: ``RecordFault/lingering(path:reason:)`` when they are deleted and their bytes not overwritten yet.
  public func delete(examinations: [RecordID]) async throws(RecordFault) -> Int {
    try await delete(examinations: examinations, runs: [])
  }

  /// Says how far a run has come; what no longer runs ended now.
  ///
  /// - Throws: ``RecordFault/unknownRun(_:)``.
  public func mark(run: RecordID, as state: Run.State) async throws(RecordFault) {
    try await mark(run: run, as: state, ended: state == .running ? nil : Date())
  }

  /// A run's examinations in the order of their positions, however many, in constant memory.
  ///
  /// What is kept behind the reader's place while it reads may be left out.
  public func examinations(ofRun run: RecordID) -> ExaminationsOfRun { ExaminationsOfRun(store: self, run: run) }

  /// All examinations that match, newest first, however many, in constant memory.
  public func examinations(matching query: RecordQuery) -> MatchingExaminations {
    MatchingExaminations(store: self, query: query)
  }
}

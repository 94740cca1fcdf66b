import Foundation

/// A database of runs and examinations.
///
/// What `keep` and `begin` have returned from survives the end of the process, however violent. Every call is one
/// transaction: it is done whole or not at all. Any number of tasks may call at once.
public protocol RecordStore: Sendable {
  // MARK: Runs

  /// Keeps a new run.
  func begin(_ run: Run) async throws(RecordFault)

  /// Says how far a run has come.
  ///
  /// - Throws: `unknownRun`.
  func mark(run: RecordID, as state: Run.State, ended: Date?) async throws(RecordFault)

  /// A run; `nil` when there is none.
  func run(_ id: RecordID) async throws(RecordFault) -> Run?

  /// Runs, newest first.
  ///
  /// - Parameters:
  ///   - limit: how many at most, from 1 to `RecordLimits.page`.
  ///   - cursor: where the last page ended; `nil` for the first.
  func runs(limit: Int, after cursor: RecordCursor?) async throws(RecordFault) -> RecordPage<Run>

  // MARK: Keeping

  /// Keeps an examination and pictures of its image.
  ///
  /// A picture that is there already stays as it is.
  ///
  /// - Parameter replacing: whether what was kept at the same position of the run gives way, as when a failure is tried
  ///   again.
  /// - Throws: `alreadyKept` for a position that is taken, `unknownRun`, `full`.
  func keep(_ examination: KeptExamination, images: [KeptImage], replacing: Bool) async throws(RecordFault)

  // MARK: Fetching

  /// An examination; `nil` when there is none.
  func examination(_ id: RecordID) async throws(RecordFault) -> KeptExamination?

  /// What was kept at a run's position; `nil` when nothing was.
  func examination(ofRun run: RecordID, at position: Int) async throws(RecordFault) -> KeptExamination?

  /// A run's examinations in the order of their positions.
  ///
  /// - Parameters:
  ///   - position: the last position already known; `nil` for none.
  ///   - limit: how many at most, from 1 to `RecordLimits.page`.
  func examinations(
    ofRun run: RecordID, after position: Int?, limit: Int
  ) async throws(RecordFault) -> [KeptExamination]

  /// Which of a run's positions are taken, in ascending order, neighbours together.
  ///
  /// - Parameter failures: whether positions count at which an examination failed.
  func keptPositions(ofRun run: RecordID, failures: Bool) async throws(RecordFault) -> [ClosedRange<Int>]

  /// Pictures' bytes; `nil` when there are none.
  func image(digest: String, role: KeptImage.Role) async throws(RecordFault) -> KeptImage?

  // MARK: Searching

  /// Examinations, newest first; newest is what was kept last.
  ///
  /// Pages go on where the last ended, whatever was kept or deleted meanwhile: nothing that stood on no page yet is left
  /// out, nothing comes twice, and what is newer than the first page is on none.
  ///
  /// - Parameters:
  ///   - limit: how many at most, from 1 to `RecordLimits.page`.
  ///   - cursor: where the last page ended; `nil` for the first.
  /// - Throws: `badCursor`.
  func examinations(
    matching query: RecordQuery, limit: Int, after cursor: RecordCursor?
  ) async throws(RecordFault) -> RecordPage<KeptExamination>

  /// How many examinations match.
  func counts(matching query: RecordQuery) async throws(RecordFault) -> RecordCounts

  // MARK: Deleting

  /// Deletes examinations, and the pictures that no other shares. Their bytes are overwritten.
  ///
  /// - Returns: how many there were.
  func delete(examinations ids: [RecordID]) async throws(RecordFault) -> Int

  /// Deletes a run with all its examinations, likewise.
  ///
  /// - Returns: how many examinations there were; `nil` when there is no such run.
  func delete(run: RecordID) async throws(RecordFault) -> Int?

  // MARK: Upkeep

  /// Writes all of it, as it is at one moment, to a new file, which appears whole or not at all. Others go on meanwhile.
  ///
  /// - Throws: `unwritable` when the file cannot be written.
  func backUp(to path: String) async throws(RecordFault)

  /// What is wrong with the database; empty when nothing is.
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
  public func keep(_ examination: KeptExamination, images: [KeptImage] = []) async throws(RecordFault) {
    try await keep(examination, images: images, replacing: false)
  }

  /// Says how far a run has come; what no longer runs ended now.
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

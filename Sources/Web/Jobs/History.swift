import Dermoscopy
import Foundation
import Records
import Synchronization

/// Examinations that are over, kept in the database as one run of the server's.
final class History: Sendable {
  /// The database's name in the data folder.
  static let file = "examinations.sqlite"

  let store: any RecordStore
  private let run: RecordID
  private let position = Atomic(0)

  /// Begins a run.
  ///
  /// - Throws: `RecordFault`.
  init(in store: any RecordStore, engine: any ReadingEngine) async throws {
    self.store = store
    let run = Run(
      kind: "serve",
      provenance: Run.Provenance(engine.readingProtocol, document: nil, model: try await engine.identity, seed: 0))
    self.run = run.id
    try await store.begin(run)
  }

  /// Keeps a report.
  ///
  /// - Returns: the id by which it can be fetched.
  /// - Throws: `RecordFault`.
  func keep(_ report: ExaminationReport) async throws -> RecordID {
    let place = position.wrappingAdd(1, ordering: .relaxed).oldValue
    let kept = KeptExamination(run: run, position: place, report: report)
    try await store.keep(kept, images: [], replacing: false)
    return kept.id
  }

  /// Ends the run.
  func end() async { try? await store.mark(run: run, as: .finished, ended: Date()) }
}

/// Where the database and this server's run in it will be.
final class HistorySeat: Sendable {
  private let held = Mutex<(records: (any RecordStore)?, history: History?)>((nil, nil))

  /// The database; `nil` while there is none.
  var records: (any RecordStore)? {
    get { held.withLock { $0.records } }
    set { held.withLock { $0.records = newValue } }
  }

  /// This server's run; `nil` until the engine is there.
  var history: History? {
    get { held.withLock { $0.history } }
    set { held.withLock { $0.history = newValue } }
  }
}

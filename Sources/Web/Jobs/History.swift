import Dermoscopy
import Digests
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

  /// Begins a run, whose examinations have a seed each, in their reports.
  ///
  /// - Parameter document: the document of the engine's protocol; a built-in one need not be given.
  /// - Throws: `RecordFault`.
  init(in store: any RecordStore, engine: any ReadingEngine, document: [UInt8]?) async throws {
    self.store = store
    let readingProtocol = engine.readingProtocol
    let text = [document, ReadingProtocol.builtinDocument(named: readingProtocol.id)].compactMap { $0 }
      .first { SHA256Digest(of: $0) == readingProtocol.digest }
      .map { String(decoding: $0, as: UTF8.self) }
    let run = Run(
      kind: "serve",
      provenance: Run.Provenance(readingProtocol, document: text, model: try await engine.identity, seed: nil))
    self.run = run.id
    try await store.begin(run)
  }

  /// Keeps a report.
  ///
  /// - Returns: its id.
  /// - Throws: `RecordFault`.
  func keep(_ report: ExaminationReport) async throws -> RecordID {
    let place = position.wrappingAdd(1, ordering: .relaxed).oldValue
    let kept = StoredExamination(run: run, position: place, report: report)
    try await store.keep(kept)
    return kept.id
  }

  /// Ends the run.
  func end() async { try? await store.mark(run: run, as: .finished, ended: Date()) }
}

/// Where the database and this server's run in it will be.
final class HistoryRecorder: Sendable {
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

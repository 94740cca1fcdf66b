import Dermoscopy
import Digests
import Foundation
import Records
import Synchronization

/// The server's database, and its run in it.
final class History: Sendable {
  /// The database's name in the data folder.
  static let name = "examinations"

  private let held = Mutex<(store: (any RecordStore)?, recorder: RunRecorder?)>((nil, nil))

  /// The database; `nil` while there is none.
  var store: (any RecordStore)? {
    get { held.withLock { $0.store } }
    set { held.withLock { $0.store = newValue } }
  }

  /// What records this server's run; `nil` until the engine is there.
  var recorder: RunRecorder? { held.withLock { $0.recorder } }

  /// Begins a run, whose examinations have a seed each, in their reports.
  ///
  /// - Parameters:
  ///   - engine: who reads.
  ///   - document: the document of the engine's protocol; a built-in one need not be given.
  /// - Throws: `RecordFault`.
  func begin(reading engine: any ReadingEngine, document: [UInt8]?) async throws {
    guard let store else { return }
    let readingProtocol = engine.readingProtocol
    let text = [document, ReadingProtocol.builtinDocument(named: readingProtocol.id)].compactMap { $0 }
      .first { SHA256Digest(of: $0) == readingProtocol.digest }
      .map { String(decoding: $0, as: UTF8.self) }
    let provenance = Run.Provenance(readingProtocol, document: text, model: try await engine.identity, seed: nil)
    let recorder = try await RunRecorder.begin(Run(kind: "serve", provenance: provenance), in: store)
    held.withLock { $0.recorder = recorder }
  }

  /// Ends the run.
  func end() async { try? await recorder?.end(.finished) }
}

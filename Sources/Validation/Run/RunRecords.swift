import Foundation
import Records

/// A run in the records of its folder: resumed, created or refused.
public struct RunRecords: Sendable {
  /// What to do with what is there.
  public enum Mode: Sendable {
    /// Start a new run; refuse if there are results already.
    case fresh
    /// Resume the last run of the same scope; start one if there is none.
    case resuming
    /// Start over and replace what is there.
    case replacing
  }

  /// The folder.
  public let folder: RunFolder
  /// The records.
  public let store: any RecordStore
  /// What is asked for.
  public let scope: ValidationScope
  /// What to do with what is there.
  public let mode: Mode
  /// The last run of the scope; `nil` when there is none.
  public let previous: Run?

  /// Files that every run writes besides its tables.
  static let sharedFiles = [FailureList.fileName, Summary.fileName, "report.html"]

  /// Files that a shard writes.
  static let shardFiles = [ShardList.fileName, ShardThumbnails.fileName]
  /// The figures by lesion: a table, and a document.
  public static let lesionFiles = ["lesions.csv", "lesions.json"]

  /// Looks at what is there.
  ///
  /// - Throws: `RunFolderFault.occupied`; `RecordFault`.
  public init(folder: RunFolder, scope: ValidationScope, mode: Mode) async throws {
    self.folder = folder
    self.scope = scope
    self.mode = mode
    store = try await RecordStores.open(folder.database)
    previous = try await Self.runs(of: scope, in: store).first
    do {
      try check()
    } catch {
      await store.close()
      throw error
    }
  }

  private func check() throws {
    guard mode != .replacing else { return }
    if let previous {
      guard mode == .resuming else {
        throw RunFolderFault.occupied(
          folder: folder.path, by: "a run of \(scope.runKind)", isUnfinished: previous.state != .finished)
      }
    } else if let table = scope.spreadsheets.map(\.fileName).first(where: folder.has) {
      throw RunFolderFault.occupied(folder: folder.path, by: table, isUnfinished: false)
    }
  }

  /// Starts the run, or resumes the last one if nothing that determines its results has changed.
  ///
  /// - Parameters:
  ///   - settings: what else the run depends on.
  ///   - provenance: protocol and model.
  ///   - manifest: its images; a shard's are written to a ``ShardList`` too.
  ///   - command: the command line, stored with the run.
  ///   - wholeCommand: that of the whole run, for a shard.
  ///   - lesions: those of the whole run's images, for a shard; `nil` if they are not grouped.
  ///   - started: when the run began, if that was not now.
  /// - Returns: what records it.
  /// - Throws: `RunFolderFault.changed`, `UnwritableFile`; `RecordFault`.
  public func begin(
    _ settings: RunSettings, provenance: Run.Provenance, manifest: Manifest, command: [String],
    wholeCommand: [String] = [], lesions: LesionNames? = nil, started: Date = Date()
  ) async throws -> RunRecorder {
    if mode == .resuming, let previous {
      let changes = settings.changes(
        since: previous, provenance: provenance, differences: ImageList.differences(of: manifest, from: folder))
      guard changes.isEmpty else { throw RunFolderFault.changed(folder: folder.path, what: changes) }
      try ShardList.write(manifest, of: previous.id, command: wholeCommand, lesions: lesions, to: folder)
      return try await RunRecorder.resume(previous, in: store)
    }
    if mode == .replacing {
      // All in one call, because each deletion rewrites the database.
      let old = try await Self.runs(of: scope, in: store).map(\.id)
      _ = try await store.delete(examinations: [], runs: old)
      for name in scope.spreadsheets.map(\.fileName) + Self.sharedFiles + Self.shardFiles + Self.lesionFiles {
        try folder.remove(name)
      }
    }
    try ImageList.write(manifest, to: folder)
    let run = Run(
      kind: scope.runKind, started: started, command: command, provenance: provenance, settings: try settings.json(),
      inputs: manifest.imagesDigest)
    try ShardList.write(manifest, of: run.id, command: wholeCommand, lesions: lesions, to: folder)
    return try await RunRecorder.begin(run, in: store, replaces: true)
  }

  /// A scope's runs, the newest first.
  private static func runs(of scope: ValidationScope, in store: any RecordStore) async throws -> [Run] {
    var runs: [Run] = []
    var cursor: RecordCursor?
    repeat {
      let page = try await store.runs(limit: 100, after: cursor)
      runs += page.elements.filter { $0.kind == scope.runKind }
      cursor = page.next
    } while cursor != nil
    return runs
  }
}

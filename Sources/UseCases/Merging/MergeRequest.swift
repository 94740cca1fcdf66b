import Dermoscopy
import Foundation
import Records
import Validation

/// A request to merge the shards of a run: what `merge` does.
public struct MergeRequest: Sendable {
  /// The shards' folders, in any order.
  public var shards: [String]
  /// The folder to write to.
  public var folder: String
  /// A file for ISIC's scoring program.
  public var scores: String?
  /// Whether results that are in the folder are replaced.
  public var replaces = false

  /// How a command line says where the results go, stored with the run behind the shards' own words.
  public var outputWords: [String] = []

  /// A merge.
  public init(_ shards: [String], into folder: String) {
    self.shards = shards
    self.folder = folder
  }

  /// Checks the shards, and writes what one undisturbed run would have written.
  ///
  /// - Parameter events: told how it goes; what it throws ends the merge.
  /// - Returns: the results, which are written.
  /// - Throws: `MergeFault` when the shards are not one whole run; `RecordFault`, `RunFolderFault`, `UnwritableFile`,
  ///   `CancellationError`.
  @discardableResult public func run(events: (ValidationEvent) throws -> Void) async throws -> RunResults {
    var runs: [ShardRun] = []
    var problems: [String] = []
    for name in shards {
      try Task.checkCancellation()
      guard !isOutput(name) else { throw MergeFault("\(name) is a shard, and the result must be in another folder") }
      do {
        runs.append(try await ShardRun(name))
      } catch let fault as MergeFault {
        problems += fault.problems
      }
    }
    guard problems.isEmpty else { throw MergeFault(problems: problems) }
    let set = try ShardSet(runs)
    if scores != nil { try RunResults.checkScores(of: set.manifest) }

    let output = try RunFolder(folder)
    let records = try await opened(output, for: set.settings.scope)
    do {
      let results = try await merge(set, into: records, events)
      await records.store.close()
      return results
    } catch {
      await records.store.close()
      throw error
    }
  }

  private func isOutput(_ name: String) -> Bool {
    func real(_ path: String) -> String { URL(fileURLWithPath: path).resolvingSymlinksInPath().standardized.path }
    return real(name) == real(folder)
  }

  private func opened(_ folder: RunFolder, for scope: ValidationScope) async throws -> RunRecords {
    do {
      return try await RunRecords(folder: folder, scope: scope, mode: replaces ? .replacing : .fresh)
    } catch RunFolderFault.occupied(let folder, let what, _) {
      // A merge has nothing to resume.
      throw RunFolderFault.occupied(folder: folder, by: what, isUnfinished: false)
    }
  }

  private func merge(
    _ set: ShardSet, into records: RunRecords, _ events: (ValidationEvent) throws -> Void
  ) async throws -> RunResults {
    let command = (set.shards.first?.list.head.command ?? []) + outputWords
    let started = set.shards.map(\.run.started).min() ?? Date()
    let ended = set.shards.compactMap(\.run.ended).max() ?? Date()
    let recorder = try await records.begin(
      set.settings, provenance: set.provenance, manifest: set.manifest, command: command, started: started)
    do {
      var rest = set.shards[...]
      while !rest.isEmpty {
        try Task.checkCancellation()
        try events(.merging(done: set.shards.count - rest.count, of: set.shards.count))
        try await copy(Self.next(of: &rest), to: recorder)
      }
      try events(.writingResults)
      let document = set.provenance.protocolText ?? ""
      var results = try await RunResults(
        folder: records.folder, store: records.store, run: recorder.run, manifest: set.manifest,
        scope: set.settings.scope,
        readingProtocol: try ReadingProtocol(json: Array(document.utf8), name: set.provenance.protocolID),
        scores: scores)
      results.thumbnail = { try set.thumbnail(of: $0) }
      try await LesionResults.write(
        set.lesions, of: recorder.run, in: records.store, set.manifest, into: records.folder)
      try results.writeSummary(ended: ended)
      try await results.writeReport(
        RunDescription(
          of: recorder.run, set.settings, document: document, manifest: set.manifest, counts: results.counts))
      try await recorder.end(.finished, at: ended)
      try events(.finished(results, scope: set.settings.scope, folder: records.folder.path, scores: scores))
      return results
    } catch {
      // A cancelled task may refuse to write, so a separate task does.
      await Task { _ = try? await records.store.delete(examinations: [], runs: [recorder.run.id]) }.value
      throw error
    }
  }

  /// Takes shards for one transaction: the pages of an index are then written once for many of them.
  private static func next(of rest: inout ArraySlice<ShardRun>) -> [ShardRun] {
    var (taken, examinations) = ([ShardRun](), 0)
    while taken.count < shardsAtOnce, let shard = rest.first {
      examinations += shard.list.head.count
      guard taken.isEmpty || examinations <= examinationsAtOnce else { break }
      taken.append(rest.removeFirst())
    }
    return taken
  }

  /// Shards in one transaction at most; the folder of each is locked meanwhile, which takes an open file.
  private static let shardsAtOnce = 100
  /// Examinations in one transaction at most, unless one shard has more: some 600 MB of the write-ahead log.
  private static let examinationsAtOnce = 100_000

  /// Copies the examinations of shards, which nobody may change meanwhile.
  private func copy(_ shards: [ShardRun], to recorder: RunRecorder) async throws {
    let locks = try shards.map { try RunFolder($0.name) }
    defer { withExtendedLifetime(locks) {} }
    let sources = shards.map { RunSource(run: $0.run.id, store: $0.database) }
    let counts: [Int]
    do throws(RecordFault) {
      counts = try await recorder.store.copy(sources, into: recorder.run.id)
    } catch {
      if case .cancelled = error { throw CancellationError() }
      throw error
    }
    for (shard, count) in zip(shards, counts) where count != shard.list.head.count {
      throw MergeFault("\(shard.name), \(shard.shard): it changed while it was being merged")
    }
  }
}

import Dermoscopy
import Faults
import Foundation
import Reading
import Records
import Synchronization
import Validation

/// One validation, from the folder's lock to the last table.
struct ValidationSession: Sendable {
  var request: ValidationRequest
  var send: @Sendable (ValidationEvent) throws -> Void

  /// - Throws: a `Fault` that concerns the whole run; examinations that ended before are stored.
  func run() async throws -> RunResults? {
    let folder = try RunFolder(request.folder)
    let records = try await RunRecords(folder: folder, scope: request.scope, mode: request.mode)
    do {
      if request.mode == .resuming, records.previous == nil {
        try send(.nothingToResume(folder: folder.path, kind: request.scope.runKind))
      }
      let whole = try await request.manifest(events: send)
      let manifest = request.shard.map(whole.part) ?? whole
      // A column that is not there is said before hours of reading.
      let lesions = try request.lesions(of: whole)
      if request.scores != nil { try RunResults.checkScores(of: manifest) }
      try send(.loadingModel)
      let reader = try await request.reader(for: manifest)
      let recorder = try await begin(records, reader, manifest, lesions)
      let results: RunResults?
      do {
        try await examine(recorder, reader, manifest)
        results =
          request.shard != nil
          ? try await concludeShard(records, recorder, manifest)
          : try await conclude(records, recorder, reader, manifest, lesions)
      } catch {
        await stop(records, recorder, error)
        throw error
      }
      await reader.close()
      await records.store.close()
      return results
    } catch {
      await records.store.close()
      throw error
    }
  }

  private func begin(
    _ records: RunRecords, _ reader: Reader, _ manifest: Manifest, _ lesions: LesionNames?
  ) async throws -> RunRecorder {
    let settings = settings(reader.readings, manifest)
    let provenance = Run.Provenance(
      request.readingProtocol, document: request.document, model: try await reader.identity, seed: request.seed)
    return try await records.begin(
      settings, provenance: provenance, manifest: manifest, command: request.command,
      wholeCommand: request.wholeCommand, lesions: lesions)
  }

  private func settings(_ parallel: Int, _ manifest: Manifest) -> RunSettings {
    RunSettings(
      scope: request.scope, images: request.images, notes: request.notes, labels: request.labels,
      metadata: request.metadata, limit: request.limit, manifest: manifest, parallel: parallel,
      threads: request.threads, version: request.version)
  }

  private func examine(_ recorder: RunRecorder, _ reader: Reader, _ manifest: Manifest) async throws {
    let examination = Examination(reader: reader, seed: request.seed, scope: request.scope)
    let validation = ValidationRun(
      recorder: recorder, manifest: manifest, parallel: reader.imagesInWork
    ) { try await examination.report(on: $0) }
    let rest = try await validation.remaining()
    let total = manifest.entries.count
    if rest.count < total { try send(.resumed(read: total - rest.count, of: total)) }
    let progress = Mutex(RunProgress(total: total, done: total - rest.count))
    try await validation.examine(rest) { _, outcome in
      var diagnostics: [String] = []
      if case .report(let report) = outcome {
        diagnostics = Diagnostics.lines(of: report, by: request.readingProtocol)
      }
      let now = progress.withLock {
        $0.add(isFlagged: !diagnostics.isEmpty, isFailure: outcome.isFailure)
        return $0
      }
      try send(.examined(outcome, diagnostics: diagnostics, now))
    }
  }

  private func conclude(
    _ records: RunRecords, _ recorder: RunRecorder, _ reader: Reader, _ manifest: Manifest, _ lesions: LesionNames?
  ) async throws -> RunResults {
    try send(.writingResults)
    let results = try await RunResults(
      folder: records.folder, store: records.store, run: recorder.run, manifest: manifest, scope: request.scope,
      readingProtocol: request.readingProtocol, scores: request.scores)
    try await LesionResults.write(lesions, of: recorder.run, in: records.store, manifest, into: records.folder)
    let ended = Date()
    try results.writeSummary(ended: ended)
    try await results.writeReport(
      RunDescription(
        of: recorder.run, settings(reader.readings, manifest), document: request.document, manifest: manifest,
        counts: results.counts))
    try await recorder.end(.finished, at: ended)
    try send(.finished(results, scope: request.scope, folder: records.folder.path, scores: request.scores))
    return results
  }

  /// Ends a shard, whose results come with the merge, once each of its images was read or has failed.
  private func concludeShard(_ records: RunRecords, _ recorder: RunRecorder, _ manifest: Manifest) async throws
    -> RunResults?
  {
    try send(.writingResults)
    let read = try await recorder.store.keptPositions(ofRun: recorder.run.id, failures: false)
    let kept = try await recorder.store.keptPositions(ofRun: recorder.run.id, failures: true)
    try manifest.concludeShard(read: read, kept: kept, into: records.folder)
    try await recorder.end(.finished)
    guard let shard = manifest.shard else { return nil }
    let count = manifest.entries.count
    if let check = manifest.digestCheck { try send(.remark(check.text)) }
    try send(
      .shardFinished(
        shard, images: count, failed: count - read.reduce(0) { $0 + $1.count }, of: manifest.total,
        folder: records.folder.path))
    return nil
  }

  /// Records how the run ended, if that is still possible, and tells how far it came.
  private func stop(_ records: RunRecords, _ recorder: RunRecorder, _ error: any Error) async {
    let state = RunRecorder.state(after: error)
    // A cancelled task may refuse to write, so a separate task updates the records.
    let stored = await Task {
      try? await recorder.end(state)
      return try? await recorder.store.counts(matching: RecordQuery(run: recorder.run.id)).examinations
    }.value
    try? send(.stopped(stored: stored, database: records.folder.database))
  }
}

/// Examines what a manifest names.
private struct Examination: Sendable {
  var reader: Reader
  var seed: UInt64
  var scope: ValidationScope

  func report(on entry: Sample) async throws -> ExaminationReport {
    switch entry.source {
    case .file(let path):
      return try await reader.read(
        fileAt: path, name: entry.name, truth: entry.truth, seed: seed, through: scope.lastPhase)
    case .notes(let observations, let description):
      let subject = ExaminationSubject(
        name: entry.name, digest: nil, width: 0, height: 0, groundTruth: entry.truth)
      return try await reader.examiner.classify(
        observations, description: description, of: subject, seed: seed, log: ExaminationLog())
    }
  }
}

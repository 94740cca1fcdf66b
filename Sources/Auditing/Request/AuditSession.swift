import AuditReporting
import AuditStatistics
import Concurrency
import Dermoscopy
import Foundation
import Reading
import Records
import Synchronization
import Validation

/// One audit, from the folder's lock to the last file.
struct AuditSession: Sendable {
  var request: AuditRequest
  var tell: @Sendable (AuditEvent) throws -> Void

  /// - Parameter shards: finished parts, whose answers are taken over.
  /// - Returns: `nil` for a part.
  /// - Throws: a `Fault` that concerns the whole audit; images that ended before are kept.
  func run(merging shards: AuditShardSet? = nil) async throws -> AuditResults? {
    let folder = try RunFolder(request.folder)
    let path = folder.file(AuditJournal.fileName)
    if request.mode == .replacing {
      for name in [
        AuditJournal.fileName, AuditReport.answersName, AuditReport.documentName, AuditReport.pageName,
        FailureList.fileName,
      ] { try folder.remove(name) }
    }
    let journal = try AuditJournal(path)
    if request.mode == .fresh, journal.header != nil || folder.has(AuditReport.documentName) {
      throw RunFolderFault.occupied(
        folder: folder.path, by: "an audit", isUnfinished: shards == nil && !folder.has(AuditReport.documentName))
    }
    if request.mode == .resuming, journal.header == nil { try tell(.nothingToResume(folder: folder.path)) }
    let inputs = try await AuditInputs(request, tell: tell)
    try tell(.loadingModel)
    let reader = try await request.reader(for: inputs.manifest.entries.count)
    let store: (any RecordStore)?
    do {
      store = try await records()
    } catch {
      await reader.close()
      throw error
    }
    do {
      let results = try await run(folder, journal, reader, inputs, shards, store)
      await store?.close()
      await reader.close()
      return results
    } catch {
      await store?.close()
      try? tell(.stopped(done: journal.images.count, folder: folder.path))
      await reader.close()
      throw error
    }
  }

  /// Where arms are stored as runs; `nil` for nowhere.
  private func records() async throws -> (any RecordStore)? {
    guard let location = request.records, request.shard == nil else { return nil }
    return try await RecordStores.open(location)
  }

  /// - Throws: a `Fault` for what is missing or unusable; `CancellationError`.
  func onlyPlan() async throws -> AuditPlan {
    let inputs = try await AuditInputs(request, tell: tell)
    try tell(.loadingModel)
    let reader = try await request.reader(for: inputs.manifest.entries.count)
    do {
      let suitability = try await suitability(inputs, reader)
      let timing = try await measured(inputs, reader)
      await reader.close()
      return plan(inputs, suitability, timing)
    } catch {
      await reader.close()
      throw error
    }
  }

  private func measured(_ inputs: AuditInputs, _ reader: Reader) async throws -> AuditTiming? {
    try tell(.measuring)
    let audit = AuditReader(
      model: reader.examiner.model, readingProtocol: request.readingProtocol, arms: [], seed: request.seed,
      dicom: request.dicom)
    let entries = inputs.manifest.entries
    // A part looks at no image of another part.
    let own = request.shard.map { entries.filter($0.holds) } ?? []
    return try await AuditMeasurement(reader: audit, parallel: reader.readings).timing(own.isEmpty ? entries : own)
  }

  private func plan(_ inputs: AuditInputs, _ suitability: ArmSuitability, _ timing: AuditTiming?) -> AuditPlan {
    AuditPlan(
      request.arms.arms, limits: request.limits, suitability: suitability,
      available: inputs.manifest.entries.count, timing: timing)
  }

  /// - Throws: `NoProbabilities` for a protocol that only scores and a model that gives no scores; what the model throws.
  private func suitability(_ inputs: AuditInputs, _ reader: Reader) async throws -> ArmSuitability {
    let (model, readingProtocol) = (reader.examiner.model, request.readingProtocol)
    var unscored: String?
    if reader.isRemote {
      unscored = try await ExaminationProbe(
        model, readingProtocol: readingProtocol, seed: request.seed, original: .init(of: [])
      ).reasonWithoutProbabilities()
    }
    if let unscored {
      guard readingProtocol.classification.method != .scored else {
        throw NoProbabilities(protocolID: readingProtocol.id, reason: unscored)
      }
      try tell(.remark("There are no probabilities: \(unscored). Verdicts are greedy answers."))
    }
    return ArmSuitability(
      readingProtocol, model: model, phantoms: inputs.manifest.entries.count { KnownPhantom.isNamed($0.name) },
      known: inputs.manifest.entries.count {
        KnownPhantom.isNamed($0.name) || inputs.trueWords?.words(of: $0.name)?.isEmpty == false
      }, unscored: unscored)
  }

  /// The plan, with what was chosen when the audit began, whatever this machine measures now.
  private func planned(_ inputs: AuditInputs, _ reader: Reader, _ begun: AuditHeader?) async throws -> AuditPlan {
    let suitability = try await suitability(inputs, reader)
    var plan =
      if let header = begun {
        AuditPlan(
          request.arms.arms, extent: header.quick.map { .quick(reason: $0) } ?? .full, suitability: suitability,
          images: min(header.images, inputs.manifest.entries.count), available: inputs.manifest.entries.count,
          timing: header.timing)
      } else { self.plan(inputs, suitability, try await measured(inputs, reader)) }
    for document in request.arms.documents {
      for arm in document.arms { plan.digests[arm.name] = document.digest.hexadecimal }
    }
    return plan
  }

  private func run(
    _ folder: RunFolder, _ journal: AuditJournal, _ reader: Reader, _ inputs: AuditInputs, _ shards: AuditShardSet?,
    _ store: (any RecordStore)?
  ) async throws -> AuditResults? {
    let begun = journal.header ?? shards?.header
    let plan = try await planned(inputs, reader, begun)
    let sample = inputs.manifest.sampled(plan.images)
    let identity = try await reader.identity
    var header = try inputs.header(request, plan, sample, model: identity)
    if let begun = try journal.header ?? shards?.header(with: inputs.masks, sample.entries) {
      let changes = header.changes(since: begun)
      guard changes.isEmpty else {
        throw shards == nil
          ? RunFolderFault.changed(folder: folder.path, what: changes) as any Error
          : MergeFault(problems: changes.map { "since they were read, \($0)" })
      }
      header = begun
    }
    try shards?.check(sample.entries)
    if journal.header == nil { try journal.append(.header(header)) }
    try shards?.copy(into: journal, sample.entries)
    try tell(.planned(plan))
    if let shard = request.shard {
      try tell(.readingShard(shard, images: sample.entries.count(where: shard.holds), of: sample.entries.count))
    }
    let audit = AuditRun(
      samples: sample.entries, journal: journal, plan: plan, parallel: reader.readings, tell: tell,
      reader: AuditReader(
        model: reader.examiner.model, readingProtocol: request.readingProtocol, arms: plan.arms, seed: request.seed,
        masks: inputs.masks, trueWords: inputs.trueWords, dicom: request.dicom), shard: request.shard)
    let before = await reader.statistics?.imageEncodes ?? 0
    var known = 0
    if shards == nil { known = try await audit.run() } else { try await audit.pairs(audit.reader) }
    if let shard = request.shard { return try conclude(shard, journal, sample, folder) }
    let encodes = await reader.statistics.map { $0.imageEncodes - before }
    try tell(.writingResults)
    let provenance = header.provenance(request, identity, readings: reader.readings)
    var results = try AuditResults(folder, journal, plan: plan, provenance: provenance)
    results.otherEncodes = encodes.map { $0 - known }
    let pictures = AuditPictures(reader: audit.reader, samples: sample.entries, journal: journal)
    try await results.report.write(into: folder.path) { pictures.jpeg($0) }
    results.files += [AuditReport.documentName, AuditReport.pageName]
    if let store {
      try tell(.storing(records: RecordStores.withoutPassword(request.records ?? "")))
      try await AuditRecords(
        store, header, plan, request, model: identity,
        sampling: EffectiveSampling(
          of: request.readingProtocol, recommended: reader.examiner.model.recommendedSampling)
      ).keep(journal, sample.entries)
    }
    try tell(.finished(results))
    return results
  }

  /// Ends a shard once each of its images was read or has failed.
  private func conclude(
    _ shard: Shard, _ journal: AuditJournal, _ sample: Manifest, _ folder: RunFolder
  ) throws -> AuditResults? {
    let own = sample.entries.filter(shard.holds)
    let failed = try own.count { try journal.image($0.position)?.failed != nil }
    if let check = sample.digestCheck { try tell(.remark(check.text)) }
    try tell(.shardFinished(shard, images: own.count, failed: failed, folder: folder.path))
    return nil
  }
}

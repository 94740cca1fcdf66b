import AuditReporting
import AuditStatistics
import Concurrency
import Dermoscopy
import Foundation
import Reading
import Synchronization
import Validation

/// One audit, from the folder's lock to the last file.
struct AuditSession: Sendable {
  var request: AuditRequest
  var tell: @Sendable (AuditEvent) throws -> Void

  /// - Throws: a `Fault` that concerns the whole audit; images that ended before are kept.
  func run() async throws -> AuditResults {
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
        folder: folder.path, by: "an audit", isUnfinished: !folder.has(AuditReport.documentName))
    }
    if request.mode == .resuming, journal.header == nil { try tell(.nothingToResume(folder: folder.path)) }
    let inputs = try AuditInputs(request, tell: tell)
    try tell(.loadingModel)
    let reader = try await request.reader(for: inputs.manifest.entries.count)
    do {
      let results = try await run(folder, journal, reader, inputs)
      await reader.close()
      return results
    } catch {
      try? tell(.stopped(done: journal.images.count, folder: folder.path))
      await reader.close()
      throw error
    }
  }

  /// - Throws: a `Fault` for what is missing or unusable; `CancellationError`.
  func onlyPlan() async throws -> AuditPlan {
    let inputs = try AuditInputs(request, tell: tell)
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
    return try await AuditMeasurement(reader: audit, parallel: reader.readings).timing(inputs.manifest.entries)
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

  private func run(
    _ folder: RunFolder, _ journal: AuditJournal, _ reader: Reader, _ inputs: AuditInputs
  ) async throws -> AuditResults {
    var plan: AuditPlan
    let suitability = try await suitability(inputs, reader)
    if let header = journal.header {
      // What was chosen then, whatever this machine measures now.
      let limits = AuditPlan.Limits(isQuick: request.limits.isQuick, images: header.images)
      plan = AuditPlan(
        request.arms.arms, extent: header.quick.map { .quick(reason: $0) } ?? .full,
        suitability: suitability, images: min(limits.images ?? 0, inputs.manifest.entries.count),
        available: inputs.manifest.entries.count, timing: header.timing)
    } else {
      plan = self.plan(inputs, suitability, try await measured(inputs, reader))
    }
    for document in request.arms.documents {
      for arm in document.arms { plan.digests[arm.name] = document.digest.hexadecimal }
    }
    let sample = inputs.manifest.sampled(plan.images)
    let identity = try await reader.identity
    let header = inputs.header(request, plan, sample, model: identity)
    if let old = journal.header {
      let changes = header.changes(since: old)
      guard changes.isEmpty else { throw RunFolderFault.changed(folder: folder.path, what: changes) }
    } else {
      try journal.append(.header(header))
    }
    try tell(.planned(plan))
    let audit = AuditRun(
      samples: sample.entries, journal: journal, plan: plan, parallel: reader.readings, tell: tell,
      reader: AuditReader(
        model: reader.examiner.model, readingProtocol: request.readingProtocol, arms: plan.arms, seed: request.seed,
        masks: inputs.masks, trueWords: inputs.trueWords, dicom: request.dicom))
    let before = await reader.statistics?.imageEncodes ?? 0
    let known = try await audit.run()
    let encodes = await reader.statistics.map { $0.imageEncodes - before }
    try tell(.writingResults)
    let provenance = (journal.header ?? header).provenance(request, identity, readings: reader.readings)
    var results = try AuditResults(folder, journal, plan: plan, provenance: provenance)
    results.otherEncodes = encodes.map { $0 - known }
    let pictures = AuditPictures(reader: audit.reader, samples: sample.entries, journal: journal)
    try await results.report.write(into: folder.path) { pictures.jpeg($0) }
    results.files += [AuditReport.documentName, AuditReport.pageName]
    try tell(.finished(results))
    return results
  }
}

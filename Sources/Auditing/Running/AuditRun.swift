import Concurrency
import Dermoscopy
import Faults
import Synchronization
import Validation

/// All images of an audit, several at once; each is in the journal before it counts as done.
struct AuditRun: Sendable {
  let samples: [Sample]
  let journal: AuditJournal
  let plan: AuditPlan
  let parallel: Int
  let tell: @Sendable (AuditEvent) throws -> Void
  let reader: AuditReader
  /// Only its images are read, and nothing is asked between images.
  var shard: Shard?

  /// Reads what is left, and then asks what goes between images.
  ///
  /// - Returns: pictures that were encoded for it.
  /// - Throws: a `Fault` that concerns all images; `CancellationError`.
  @discardableResult func run() async throws -> Int {
    let own = shard.map { samples.filter($0.holds) } ?? samples
    let done = try journal.images.filter { try journal.image($0)?.failed?.status != FaultKind.unavailable.exitStatus }
    if !done.isEmpty { try tell(.resumed(read: done.count, of: own.count)) }
    let steps = Double(plan.cost.steps) / Double(max(samples.count, 1))
    let progress = Mutex(AuditProgress(images: done.count, total: own.count, stepsPerImage: steps))
    var reader = reader
    reader.stepped = { [tell] in
      let now = progress.withLock {
        $0.step()
        return $0
      }
      try tell(.stepped(now))
    }
    let images = reader
    var encodes = 0
    try await own.filter { !done.contains($0.position) }.forEachConcurrently(limit: parallel) { sample in
      let record = try await images.record(of: sample)
      try journal.append(.image(record))
      return (failed: record.failed, encodes: record.work.encodes)
    } ended: { sample, outcome in
      encodes += outcome.encodes
      if let failed = outcome.failed { try tell(.failed(image: sample.name, reason: failed.message)) }
      let now = progress.withLock {
        $0.endImage()
        return $0
      }
      try tell(.stepped(now))
    }
    if shard == nil { try await pairs(images) }
    return encodes
  }

  /// Asks what goes between images, once all of them are read.
  ///
  /// - Throws: a `Fault` that concerns all images; `CancellationError`.
  func pairs(_ reader: AuditReader) async throws {
    guard plan.arms.contains(where: { $0.doses.contains(where: \.change.needsOtherImages) }) else { return }
    var controls = [PairReader.Brief?](repeating: nil, count: samples.count)
    for position in samples.indices {
      try Task.checkCancellation()
      controls[position] = try journal.image(position)?.control.map {
        PairReader.Brief(lesion: $0.lesion, verdict: $0.verdict)
      }
    }
    let done = journal.pairs
    let pairs = PairReader(reader: reader, samples: samples, journal: journal, controls: controls)
    try await samples.indices.filter { !done.contains($0) }.forEachConcurrently(limit: parallel) { position in
      try journal.append(.pair(try await pairs.record(of: position)))
    } ended: { _, _ in
    }
  }
}

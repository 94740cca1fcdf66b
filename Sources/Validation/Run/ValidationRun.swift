import Concurrency
import Dermoscopy
import Faults
import Foundation
import Records

/// Examines the remaining images of a manifest and stores each examination before it counts as done.
///
/// Only the examinations in progress are in memory; results are read from the records. However the process ends, at
/// most the examinations in progress are lost.
public struct ValidationRun: Sendable {
  /// The outcome of one entry.
  public enum Outcome: Sendable {
    /// A report, kept.
    case report(ExaminationReport)
    /// It could not be read; the failure is stored, and the image is retried when the run is resumed.
    case failure(ExaminationFailure)

    /// Whether it could not be read.
    public var isFailure: Bool { if case .failure = self { true } else { false } }
  }

  /// What stores the examinations.
  public var recorder: RunRecorder
  /// Everything that is to be examined.
  public var manifest: Manifest
  /// How many at once; at least 1.
  public var parallel: Int
  /// Examines one entry.
  public var examine: @Sendable (Sample) async throws -> ExaminationReport

  /// A run.
  public init(
    recorder: RunRecorder, manifest: Manifest, parallel: Int,
    examine: @escaping @Sendable (Sample) async throws -> ExaminationReport
  ) {
    self.recorder = recorder
    self.manifest = manifest
    self.parallel = max(1, parallel)
    self.examine = examine
  }

  /// Positions in the manifest, from 0 and ascending, that were not examined yet, or failed.
  ///
  /// - Throws: `RecordFault`.
  public func remaining() async throws -> [Int] {
    let kept = try await recorder.store.keptPositions(ofRun: recorder.run.id, failures: false)
    return manifest.entries.outside(kept).map(\.position)
  }

  /// Examines positions.
  ///
  /// - Parameters:
  ///   - positions: places in the manifest, such as ``remaining()`` gives.
  ///   - told: called after each, in the order in which they end.
  /// - Throws: faults that concern all images: broken weights, a full disk, `CancellationError`. Every examination that
  ///   ended before is stored.
  public func examine(
    _ positions: [Int], told: @Sendable (Sample, Outcome) throws -> Void
  ) async throws {
    try await positions.compactMap(manifest.sample).forEachConcurrently(limit: parallel) { entry in
      try await outcome(of: entry)
    } ended: { entry, outcome in
      try told(entry, outcome)
    }
  }

  private func outcome(of entry: Sample) async throws -> Outcome {
    try Task.checkCancellation()
    let started = ContinuousClock.now
    func elapsed() -> Double { (ContinuousClock.now - started) / .milliseconds(1) }
    do {
      let report = try await examine(entry)
      if !report.image.sha256.isEmpty, report.image.sha256 != entry.digest {
        throw ChangedImage(name: entry.name)
      }
      try await recorder.keep(
        report, at: entry.position, elapsed: elapsed(), metadata: entry.metadata)
      return .report(report)
    } catch let fault as any Fault where fault.failsAlone {
      let failure = ExaminationFailure(fault)
      try await recorder.keep(
        failure, of: entry.name, digest: entry.digest.isEmpty ? nil : entry.digest, at: entry.position,
        elapsed: elapsed(), metadata: entry.metadata)
      return .failure(failure)
    }
  }
}

/// An image that has changed since the run began.
public struct ChangedImage: Fault {
  /// The image's name.
  public var name: String

  /// A fault of an image.
  public init(name: String) { self.name = name }

  public var kind: FaultKind { .unusableInput }
  public var description: String { "\(name): the file changed while the run was under way" }
}

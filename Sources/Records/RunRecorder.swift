import Dermoscopy
import Foundation
import Synchronization

/// Records one run: begins it, keeps its examinations as they end, and ends it.
///
/// What `keep` has returned for survives a crash of the process. Any number of tasks may call concurrently.
///
/// ```swift
/// import Dermoscopy
/// import Records
///
/// func keep(_ reports: [ExaminationReport], in run: Run) async throws {
///   let store = try await RecordStores.open("lesions.sqlite")
///   let recorder = try await RunRecorder.begin(run, in: store)
///   for report in reports {
///     try await recorder.keep(report, metadata: ClinicalMetadata(lesion: "HAM_1", site: "back", age: 45))
///   }
///   try await recorder.end(.finished)
///   await store.close()
/// }
/// ```
public final class RunRecorder: Sendable {
  /// Where the run is recorded.
  public let store: any RecordStore
  /// The run, as it began.
  public let run: Run
  private let replaces: Bool
  /// The next position for examinations that have none of their own.
  private let next = Atomic(0)

  private init(_ run: Run, in store: any RecordStore, replaces: Bool) {
    self.run = run
    self.store = store
    self.replaces = replaces
  }

  /// Begins a new run.
  ///
  /// - Parameters:
  ///   - run: the run; no other has its id.
  ///   - store: where it is recorded.
  ///   - replaces: whether an examination replaces what is at its position, as when a failure is retried.
  /// - Throws: ``RecordFault``, as `RecordStore.begin(_:)`.
  public static func begin(
    _ run: Run, in store: any RecordStore, replaces: Bool = false
  ) async throws(RecordFault) -> RunRecorder {
    try await store.begin(run)
    return RunRecorder(run, in: store, replaces: replaces)
  }

  /// Goes on with a run that was stopped. What is retried replaces what is there.
  ///
  /// - Parameters:
  ///   - run: the run, as it is in the store.
  ///   - store: where it is recorded.
  /// - Throws: ``RecordFault/unknownRun(_:)``.
  public static func resume(_ run: Run, in store: any RecordStore) async throws(RecordFault) -> RunRecorder {
    try await store.mark(run: run.id, as: .running)
    return RunRecorder(run, in: store, replaces: true)
  }

  /// Keeps a report.
  ///
  /// - Parameters:
  ///   - report: the report.
  ///   - position: its image's place among the run's inputs, from 0; `nil` for one after all that had none either.
  ///   - elapsed: from the beginning to the end, waiting included, in milliseconds; `nil` for the report's own time.
  ///   - metadata: what is known of the lesion and the patient.
  /// - Returns: the examination's id.
  /// - Throws: ``RecordFault``, as `RecordStore.keep(_:replacing:)`.
  @discardableResult public func keep(
    _ report: ExaminationReport, at position: Int? = nil, elapsed: Double? = nil,
    metadata: ClinicalMetadata = ClinicalMetadata()
  ) async throws(RecordFault) -> RecordID {
    try await keep(
      StoredExamination(
        run: run.id, position: position ?? nextPosition, report: report, elapsed: elapsed, details: metadata.json))
  }

  /// Keeps the failure of an image that could not be read.
  ///
  /// - Parameters:
  ///   - failure: why.
  ///   - image: the image's name.
  ///   - digest: SHA-256 of its file, hexadecimal; `nil` when it is not known.
  ///   - position: its place among the run's inputs, from 0.
  ///   - elapsed: from the beginning to the end, in milliseconds.
  ///   - metadata: what is known of the lesion and the patient.
  /// - Returns: the examination's id.
  /// - Throws: ``RecordFault``, as `RecordStore.keep(_:replacing:)`.
  @discardableResult public func keep(
    _ failure: ExaminationFailure, of image: String, digest: String? = nil, at position: Int, elapsed: Double,
    metadata: ClinicalMetadata = ClinicalMetadata()
  ) async throws(RecordFault) -> RecordID {
    try await keep(
      StoredExamination(
        run: run.id, position: position, imageName: image, imageDigest: digest, outcome: .failure(failure),
        elapsed: elapsed, details: metadata.json))
  }

  private func keep(_ examination: StoredExamination) async throws(RecordFault) -> RecordID {
    try await store.keep(examination, replacing: replaces)
    return examination.id
  }

  private var nextPosition: Int { next.wrappingAdd(1, ordering: .relaxed).oldValue }

  /// Records how the run ended.
  ///
  /// - Parameters:
  ///   - state: how.
  ///   - date: when.
  /// - Throws: ``RecordFault``.
  public func end(_ state: Run.State, at date: Date = Date()) async throws(RecordFault) {
    try await store.mark(run: run.id, as: state, ended: date)
  }

  /// How a run ended that an error stopped: interrupted by its owner, or failed.
  public static func state(after error: any Error) -> Run.State {
    error is CancellationError || Task.isCancelled ? .interrupted : .failed
  }
}

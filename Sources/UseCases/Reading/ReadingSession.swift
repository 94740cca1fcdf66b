import Dermoscopy
import Foundation
import Imaging
import Records

/// A loaded model that reads one image after another, with the run that stores the reports: what `serve` does.
///
/// Any number of tasks may read concurrently.
public struct ReadingSession: Sendable {
  /// How a reading ended.
  public struct Outcome: Sendable {
    /// The report, which is valid even if it could not be stored.
    public let report: ExaminationReport
    /// The examination's id in the store; `nil` when it is not stored.
    public let id: RecordID?
    /// Why the report could not be stored; `nil` when it is stored, or nothing is recorded.
    public let recordingFailure: (any Error)?
  }

  /// What reads.
  public let engine: any ReadingEngine
  private let recorder: RunRecorder?

  /// Begins a session, and its run in a store. Each examination has a seed of its own, in its report.
  ///
  /// - Parameters:
  ///   - engine: what reads.
  ///   - document: the document of the engine's protocol; a built-in one need not be given.
  ///   - kind: what the run is called in the records.
  ///   - store: where reports are stored; `nil` to store none.
  /// - Throws: `RecordFault`; a `Fault` when the weights' files cannot be read for their digests.
  public init(
    reading engine: any ReadingEngine, document: ProtocolDocument?, kind: String, in store: (any RecordStore)?
  ) async throws {
    self.engine = engine
    guard let store else {
      recorder = nil
      return
    }
    let readingProtocol = engine.readingProtocol
    let builtin = try? ProtocolDocument(builtin: readingProtocol.id)
    let text = [document, builtin].compactMap { $0 }.first { $0.readingProtocol.digest == readingProtocol.digest }?.text
    recorder = try await RunRecorder.begin(
      kind: kind, reading: engine, document: text, seed: nil, in: store)
  }

  /// Reads a decoded image and stores its report.
  ///
  /// - Parameters:
  ///   - image: the image, with what decoding told of it.
  ///   - name: what report and messages call it.
  ///   - truth: the ground truth, for comparison in the report alone.
  ///   - seed: the seed of the random numbers.
  ///   - log: receives the events as they happen.
  /// - Throws: a `Fault` for what the engine meets; `CancellationError`.
  public func read(
    _ image: DecodedImage, name: String, truth: GroundTruth?, seed: UInt64, log: ExaminationLog
  ) async throws -> Outcome {
    let report = try await engine.examine(image, name: name, truth: truth, seed: seed, log: log)
    do {
      return Outcome(report: report, id: try await recorder?.keep(report), recordingFailure: nil)
    } catch {
      return Outcome(report: report, id: nil, recordingFailure: error)
    }
  }

  /// Ends the run, and all work in progress.
  public func end() async {
    try? await recorder?.end(.finished)
    await engine.close()
  }
}

extension RunRecorder {
  /// Begins a run of an engine's readings.
  ///
  /// - Parameters:
  ///   - kind: what the run is called in the records.
  ///   - command: the command line, without the program's name.
  ///   - engine: what reads.
  ///   - document: the document of its protocol; `nil` where it is not known.
  ///   - seed: the seed of all readings; `nil` where each has its own.
  ///   - store: where the run is recorded.
  /// - Throws: `RecordFault`; a `Fault` when the weights' files cannot be read for their digests.
  static func begin(
    kind: String, command: [String] = [], reading engine: any ReadingEngine, document: String?, seed: UInt64?,
    in store: any RecordStore
  ) async throws -> RunRecorder {
    let provenance = Run.Provenance(
      engine.readingProtocol, document: document, model: try await engine.identity, seed: seed)
    return try await begin(Run(kind: kind, command: command, provenance: provenance), in: store)
  }
}

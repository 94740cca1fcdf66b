import Dermoscopy
import Reading
import VisionLanguage

/// Something that reads images: a `Reader`, or a test's double of one.
public protocol ReadingEngine: Sendable {
  /// How every image is read.
  var readingProtocol: ReadingProtocol { get }
  /// Who classifies notes without their image.
  var examiner: Examiner { get }
  /// Which weights read.
  ///
  /// - Throws: a `Fault` when the files cannot be read for their digests.
  var identity: ModelIdentity { get async throws }
  /// Reads an image's bytes, as `Reader.read` does.
  ///
  /// - Throws: a `Fault` for an image that cannot be used or what the engine meets; `CancellationError`.
  func examine(
    _ bytes: [UInt8], name: String, truth: GroundTruth?, seed: UInt64, log: ExaminationLog
  ) async throws -> ExaminationReport
  /// Ends all work in progress.
  func close() async
}

extension Reader: ReadingEngine {
  public func examine(
    _ bytes: [UInt8], name: String, truth: GroundTruth?, seed: UInt64, log: ExaminationLog
  ) async throws -> ExaminationReport {
    try await read(bytes, name: name, truth: truth, seed: seed, log: log)
  }
}

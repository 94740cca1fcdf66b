import Dermoscopy
import Imaging
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
  /// Reads a decoded image, as `Reader.read` does.
  ///
  /// - Throws: a `Fault` for what the engine meets; `CancellationError`.
  func examine(
    _ image: DecodedImage, name: String, truth: GroundTruth?, seed: UInt64, log: ExaminationLog
  ) async throws -> ExaminationReport
  /// Ends all work in progress.
  func close() async
}

extension ReadingEngine {
  /// Decodes an image's bytes and reads it.
  ///
  /// - Throws: an `ImageFault` for an image that cannot be used; a `Fault` for what the engine meets; `CancellationError`.
  public func examine(
    _ bytes: [UInt8], name: String, truth: GroundTruth?, seed: UInt64, log: ExaminationLog
  ) async throws -> ExaminationReport {
    try await examine(try ImageDecoder.decode(bytes, name: name), name: name, truth: truth, seed: seed, log: log)
  }
}

extension Reader: ReadingEngine {
  public func examine(
    _ image: DecodedImage, name: String, truth: GroundTruth?, seed: UInt64, log: ExaminationLog
  ) async throws -> ExaminationReport {
    try await read(image, name: name, truth: truth, seed: seed, log: log)
  }
}

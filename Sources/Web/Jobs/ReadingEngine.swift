import Dermoscopy
import Reading
import VisionLanguage

/// Who reads images for the server: a `Reader`, or a stand-in for one.
public protocol ReadingEngine: Sendable {
  /// How every image is read.
  var readingProtocol: ReadingProtocol { get }
  /// Which weights read.
  var identity: ModelIdentity { get async throws }
  /// The side of the square that the projector takes, in pixels; `nil` without a projector.
  var imageSide: Int? { get }
  /// Reads an image; see `Reader.read`.
  func read(
    _ bytes: [UInt8], name: String, truth: GroundTruth?, seed: UInt64, log: ExaminationLog
  ) async throws -> ExaminationReport
  /// Phase 3 alone, over observations in canonical words and a cleaned description; see `Examiner.weigh`.
  func weigh(_ observations: Observations, description: String) async throws -> WeighedNotes
  /// Ends everything that is under way.
  func close() async
}

extension Reader: ReadingEngine {
  public var imageSide: Int? { examiner.model.imageSide }

  public func weigh(_ observations: Observations, description: String) async throws -> WeighedNotes {
    try await examiner.weigh(observations, description: description)
  }
}

import Dermoscopy
import Imaging
import Records
import UseCases

/// A picture that a client named or sent.
public struct HostedPicture: Sendable {
  /// What reports call it.
  public let name: String
  /// Whether the host can give it again by its name.
  public let isNamed: Bool
  /// Which frame of a DICOM file, from 1; `nil` for the only one.
  public let frame: Int?
  /// Gives the file's bytes when it is the picture's turn.
  public let bytes: @Sendable () async throws -> [UInt8]

  /// A picture.
  public init(
    name: String, isNamed: Bool, frame: Int? = nil, bytes: @escaping @Sendable () async throws -> [UInt8]
  ) {
    (self.name, self.isNamed, self.frame, self.bytes) = (name, isNamed, frame, bytes)
  }

  /// Decodes the picture's frame.
  ///
  /// - Throws: ``ToolFailure`` for a frame that is missing; an `ImageFault` for a picture that cannot be used.
  public func decoded(_ bytes: [UInt8]) throws -> DecodedImage {
    try ToolFailure.checkFrame(frame, of: bytes)
    return try ImageDecoder.decode(bytes, name: name, frame: frame)
  }
}

/// A report, the examination's id where it is kept, and the picture if it was asked for.
public struct HostedReading: Sendable {
  /// The report.
  public let report: ExaminationReport
  /// The examination's id; `nil` where nothing is kept.
  public let id: RecordID?
  /// The picture as a JPEG without metadata.
  public let picture: [UInt8]?

  /// A reading.
  public init(report: ExaminationReport, id: RecordID?, picture: [UInt8]?) {
    (self.report, self.id, self.picture) = (report, id, picture)
  }
}

/// What the tools work with: the server's images, queue and history, or those of a program of its own.
///
/// What cannot be done is thrown as a ``ToolFailure``, a `Fault` or a `CancellationError`.
public protocol LesionHost: Sendable {
  /// The program's version.
  var version: String { get }
  /// Bytes of an inline picture at most.
  var pictureBytes: Int { get }
  /// The names of the images that can be chosen, in their order.
  ///
  /// - Throws: a `Fault` when they cannot be listed; `CancellationError`.
  func imageNames() async throws -> [String]
  /// A picture by its name, or by its path if it lies in the folder of images.
  ///
  /// - Parameters:
  ///   - name: the name or path.
  ///   - frame: which frame of a DICOM file, from 1; `nil` for the only one.
  /// - Throws: ``ToolFailure`` when there is none.
  func picture(named name: String, frame: Int?) async throws -> HostedPicture
  /// A picture that a client sent.
  ///
  /// - Parameters:
  ///   - bytes: a file's bytes.
  ///   - frame: which frame of a DICOM file, from 1; `nil` for the only one.
  /// - Throws: ``ToolFailure`` for one that is too large; a `Fault` for one that cannot be kept.
  func picture(of bytes: [UInt8], frame: Int?) async throws -> HostedPicture
  /// A picture as a JPEG without metadata, with a limit on its longer side in pixels.
  ///
  /// - Throws: a `Fault` or ``ToolFailure`` for one that cannot be read; `CancellationError`.
  func smaller(_ picture: HostedPicture, side: Int) async throws -> [UInt8]
  /// Reads a picture when it is its turn; cancelled with the calling task.
  ///
  /// - Parameters:
  ///   - picture: the picture.
  ///   - seed: the examination's seed.
  ///   - client: who asks, for the queue's fairness.
  ///   - log: told what happens.
  ///   - side: the longer side of the picture that the reading is to have, in pixels; `nil` for no picture.
  /// - Throws: a `Fault` or ``ToolFailure`` for one that cannot be read; `CancellationError`.
  func read(
    _ picture: HostedPicture, seed: UInt64, for client: String, log: ExaminationLog, side: Int?
  ) async throws -> HostedReading
  /// Does other work on the engine when it is its turn, with the picture's bytes if there is one.
  ///
  /// - Throws: what the work throws; ``ToolFailure`` when too much waits; `CancellationError`.
  func perform<Value: Sendable>(
    on picture: HostedPicture?, for client: String,
    _ work: @escaping @Sendable ([UInt8]?, any ReadingEngine) async throws -> Value
  ) async throws -> Value
  /// Where examinations are kept; `nil` for nowhere.
  ///
  /// - Throws: a `Fault` when that cannot be said.
  func history() async throws -> (any RecordStore)?
  /// The validations whose results can be shown, the latest first.
  ///
  /// - Throws: a `Fault` when they cannot be listed; `CancellationError`.
  func validations() async throws -> [StoredResults]
}

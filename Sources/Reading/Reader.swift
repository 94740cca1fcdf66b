import DICOM
import Dermoscopy
import Digests
import Foundation
import Imaging
import LlamaEngine
import RemoteModel
import VisionLanguage

/// Reads images: bytes in, report out. Every caller that reads images uses a `Reader`.
///
/// Several images can be read at once; they share the model and nothing else. Cancelling the task of a reading ends it at
/// the engine's next step.
///
/// ```swift
/// import Reading
///
/// let reader = try Reader(.chosen(weights: nil, projector: nil), readingProtocol: .builtin(named: "direct"))
/// let report = try await reader.read(fileAt: "lesion.jpg", name: "lesion.jpg", seed: 0)
/// print(report.text)
/// await reader.close()
/// ```
public final class Reader: Sendable {
  /// The protocol that every image is read by.
  public let readingProtocol: ReadingProtocol
  /// The examiner, for callers that have something other than a file: a prepared image, or text.
  public let examiner: Examiner
  /// How many images can be read at once without waiting for each other.
  public let readings: Int
  /// How many images a caller has in work best: as many as can be read at once, and at an endpoint one more, which is decoded and
  /// prepared while the server reads the others.
  public var imagesInWork: Int { readings + (remote == nil ? 0 : 1) }
  /// The model behind an endpoint; `nil` for one in this process or a lent one.
  private let remote: RemoteVisionLanguageModel?
  private let model: any VisionLanguageModel
  /// The engines in this process; `nil` for a model behind an endpoint.
  private let pool: EnginePool?
  private let dicom: DICOMOptions

  /// Loads the model.
  ///
  /// - Parameters:
  ///   - location: the two files.
  ///   - readingProtocol: the protocol for every image; its longest prompt determines how much memory an image gets.
  ///   - others: further protocols, by which ``reading(by:)`` reads: the model gets room for the longest prompts of all.
  ///   - readings: how many images may be read at once; at least 1; `nil` for as many as free memory allows.
  ///   - atMost: how many that may be; `nil` for the default of `readings`.
  ///   - threads: processors that may be used: by one engine for decoding, and as many for encoding, or of a small model by an
  ///     engine each; `nil` for what the model's size is worth.
  ///   - device: where to compute.
  ///   - dicom: what is wanted of DICOM files.
  /// - Throws: a `Fault` when the weights are missing, broken or do not fit each other, or the device is not there.
  public convenience init(
    _ location: ModelLocation, readingProtocol: ReadingProtocol, others: [ReadingProtocol] = [], readings: Int? = 1,
    atMost: Int? = nil, threads: Int? = nil, device: ComputeDevice = .automatic, dicom: DICOMOptions = DICOMOptions()
  ) throws {
    try self.init(
      weights: location.weights, projector: location.projector, adapters: location.adapters,
      precision: location.precision, readingProtocol: readingProtocol, others: others, readings: readings,
      atMost: atMost, threads: threads, device: device, dicom: dicom)
  }

  /// Loads the weights alone, for work on words such as Phase 3: no image can be read, and no projector is needed.
  ///
  /// - Parameters:
  ///   - path: the text model's GGUF file.
  ///   - adapters: LoRA adapters that change it.
  ///   - readingProtocol: the protocol for the classification.
  ///   - readings: how many classifications may be under way at once; at least 1.
  ///   - threads: threads for decoding; `nil` to choose by the model's size.
  ///   - device: where to compute.
  /// - Throws: a `Fault` when the weights are missing or broken, or the device is not there.
  public convenience init(
    wordsOnly path: String, adapters: [EngineConfiguration.AdapterChoice] = [], readingProtocol: ReadingProtocol,
    readings: Int? = 1, threads: Int? = nil, device: ComputeDevice = .automatic
  ) throws {
    try self.init(
      weights: path, projector: nil, adapters: adapters, readingProtocol: readingProtocol, readings: readings,
      atMost: nil, threads: threads, device: device)
  }

  private init(
    weights: String, projector: String?, adapters: [EngineConfiguration.AdapterChoice],
    precision: ImagePrecision = .f32, readingProtocol: ReadingProtocol, others: [ReadingProtocol] = [],
    readings: Int?, atMost: Int?, threads: Int?, device: ComputeDevice, dicom: DICOMOptions = DICOMOptions()
  ) throws {
    self.readingProtocol = readingProtocol
    self.dicom = dicom
    let all = [readingProtocol] + others
    let perReading = projector == nil ? 1 : all.reduce(1) { max($0, $1.questions.count) }
    var configuration = EngineConfiguration(
      weights: weights, projector: projector, threads: threads,
      slots: .fixed(images: readings ?? 1, answers: (readings ?? 1) * perReading),
      demand: ReadingProtocol.demand(of: all), device: device)
    (configuration.adapters, configuration.precision) = (adapters, precision)
    configuration.digests = DigestMemory(environment: ProcessInfo.processInfo.environment)
    if readings == nil {
      let most = Self.mostReadings * EnginePool.engines(for: configuration)
      configuration.slots = .fitting(answersPerImage: perReading, most: min(most, atMost ?? most))
    }
    remote = nil
    let pool = try EnginePool(configuration)
    (model, self.pool) = (pool, pool)
    self.readings = readings ?? max(1, projector == nil ? pool.capacity.answers : pool.capacity.images)
    examiner = Examiner(model: pool, readingProtocol: readingProtocol)
  }

  /// Reads with a model that is loaded already, wherever it is.
  init(_ model: RemoteVisionLanguageModel, readingProtocol: ReadingProtocol, dicom: DICOMOptions) {
    (self.model, pool, self.dicom, remote) = (model, nil, dicom, model)
    self.readingProtocol = readingProtocol
    readings = model.readings
    examiner = Examiner(model: model, readingProtocol: readingProtocol)
  }

  /// Reads with a model that somebody else loaded and closes; ``close()`` leaves it as it is.
  ///
  /// - Parameters:
  ///   - model: the model; it has room for the protocol's longest prompts.
  ///   - readingProtocol: the protocol for every image.
  ///   - readings: how many images may be read at once; at least 1.
  ///   - dicom: what is wanted of DICOM files.
  public init(
    lending model: any VisionLanguageModel, readingProtocol: ReadingProtocol, readings: Int,
    dicom: DICOMOptions = DICOMOptions()
  ) {
    (self.model, pool, self.dicom, remote) = (model, nil, dicom, nil)
    self.readingProtocol = readingProtocol
    self.readings = max(1, readings)
    examiner = Examiner(model: model, readingProtocol: readingProtocol)
  }

  private init(_ other: Reader, by readingProtocol: ReadingProtocol) {
    self.readingProtocol = readingProtocol
    (model, pool, remote) = (other.model, other.pool, other.remote)
    (readings, dicom) = (other.readings, other.dicom)
    examiner = Examiner(model: model, readingProtocol: readingProtocol)
  }

  /// A reader by another protocol, which shares this one's model. Closing either closes both.
  ///
  /// A prompt of a protocol that the model was not loaded for is refused if there is no room for it.
  public func reading(by readingProtocol: ReadingProtocol) -> Reader { Reader(self, by: readingProtocol) }

  /// The default number of concurrent readings per engine, if memory allows.
  public static let mostReadings = 8
  /// The memory and sequences that the engine was given; `nil` for a model behind an endpoint or a lent one.
  public var capacity: EngineCapacity? { pool?.capacity }
  /// Whether the model is behind an endpoint.
  public var isRemote: Bool { pool == nil }
  /// Engines side by side in this process.
  public var engines: Int { pool?.engines ?? 0 }
  /// What the engines did since they were loaded; `nil` for a model behind an endpoint or a lent one.
  public var statistics: EngineStatistics? { get async { await pool?.statistics } }
  /// An engine's threads for decoding, and those for encoding.
  public var threads: (decoding: Int, encoding: Int) { pool?.threads ?? (0, 0) }

  /// Encodes a blank image and generates one token, which reveals numbers in the weights that are not finite; without a
  /// projector only the token.
  ///
  /// - Throws: `EngineFault.brokenWeights` when weights are broken.
  public func checkWeights() async throws {
    let request = GenerationRequest(
      prompt: Prompt(text: "What is this?", answerPrefix: readingProtocol.answerPrefix),
      sampling: .greedy(maxTokens: 1), seed: 0)
    guard let side = model.imageSide else {
      for stream in try await model.respond(to: [request]) { for try await _ in stream {} }
      return
    }
    let blank = try PixelImage(width: side, height: side, pixels: [UInt8](repeating: 128, count: side * side * 3))
    let context = try await model.encode(blank)
    for stream in try await context.respond(to: [request]) { for try await _ in stream {} }
    await context.close()
  }

  /// The identity of the weights; waits until their digests are computed.
  ///
  /// - Throws: an `EngineFault` when a file cannot be read or was written to since it was loaded; `CancellationError`.
  public var identity: ModelIdentity {
    get async throws { try await model.identity }
  }

  /// Decodes an image, prepares it as the protocol says and examines it.
  ///
  /// - Parameters:
  ///   - bytes: the file's.
  ///   - name: what the report and messages call it.
  ///   - truth: the ground truth, only for comparison in the report: the model never sees it.
  ///   - seed: the seed of the random numbers.
  ///   - log: receives the events as they happen.
  /// - Throws: an `ImageFault` for an image that cannot be used, `EngineFault.noProjector` when only words can be read,
  ///   another `Fault` for what the engine meets.
  public func read(
    _ bytes: [UInt8], name: String, truth: GroundTruth? = nil, seed: UInt64, log: ExaminationLog = ExaminationLog()
  ) async throws -> ExaminationReport {
    let decoded = try ImageDecoder.decode(bytes, name: name, dicom: dicom)
    return try await read(decoded, name: name, truth: truth, seed: seed, log: log)
  }

  /// The same for the image in a file.
  ///
  /// - Parameters:
  ///   - path: the file's.
  ///   - name: what the report calls it; messages name the path.
  ///   - truth: the ground truth, as above.
  ///   - seed: the seed of the random numbers.
  ///   - last: the phase after which the examination ends.
  ///   - log: receives the events as they happen.
  /// - Throws: as above; an `ImageFault` too when the file is missing or may not be read.
  public func read(
    fileAt path: String, name: String, truth: GroundTruth? = nil, seed: UInt64,
    through last: ExaminationPhase = .classification, log: ExaminationLog = ExaminationLog()
  ) async throws -> ExaminationReport {
    let decoded = try ImageDecoder.decode(fileAt: path, dicom: dicom)
    return try await read(decoded, name: name, truth: truth, seed: seed, through: last, log: log)
  }

  /// The same for an image that is decoded already.
  ///
  /// - Parameters:
  ///   - decoded: the image, with what decoding told of it.
  ///   - name: what the report calls it.
  ///   - truth: the ground truth, as above.
  ///   - seed: the seed of the random numbers.
  ///   - last: the phase after which the examination ends.
  ///   - log: receives the events as they happen.
  /// - Throws: as above, but for what decoding meets.
  public func read(
    _ decoded: DecodedImage, name: String, truth: GroundTruth? = nil, seed: UInt64,
    through last: ExaminationPhase = .classification, log: ExaminationLog = ExaminationLog()
  ) async throws -> ExaminationReport {
    try Task.checkCancellation()
    guard let side = model.imageSide else { throw EngineFault.noProjector }
    let prepared = try ImagePreparer.prepare(decoded.image, as: readingProtocol.preparation, nativeSide: side)
    var subject = ExaminationSubject(
      name: name, digest: decoded.digest, width: decoded.image.width, height: decoded.image.height,
      groundTruth: truth)
    subject.notes = decoded.notes
    subject.lesion = decoded.lesion.flatMap(ImagedLesion.init)
    guard let remote else {
      return try await examiner.examine(prepared, subject: subject, seed: seed, through: last, log: log)
    }
    return try await remote.inTurn { [subject] in
      try await examiner.examine(prepared, subject: subject, seed: seed, through: last, log: log)
    }
  }

  /// Ends all work in progress.
  public func close() async { await pool?.close() }
}

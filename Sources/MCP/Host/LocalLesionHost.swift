import Concurrency
import Dermoscopy
import Digests
import Imaging
import Records
import Synchronization
import UseCases
import Validation

/// The tools' host in a program of its own: a folder of images, a model, and perhaps a database and results.
public final class LocalLesionHost: LesionHost {
  /// Where its images, records and results are.
  public struct Places: Sendable {
    /// The folder of the images that can be named; `nil` for none: pictures are then sent.
    public var images: String?
    /// Where examinations are kept; `nil` for nowhere.
    public var records: (any RecordStore)?
    /// The folder of validations' results; `nil` for none.
    public var results: String?

    /// Nowhere.
    public init() {}
  }

  /// The model, with the queue in front of it.
  private struct Engine: Sendable {
    let session: ReadingSession
    let queue: JobQueue<QueuedWork>
  }

  public let version: String
  public let pictureBytes: Int
  private let places: Places
  private let folder: FolderImages?
  private let loading: Task<Engine, any Error>

  /// A host, which begins to load its model. What needs it waits; the rest is answered meanwhile.
  ///
  /// - Parameters:
  ///   - places: where its images, records and results are.
  ///   - version: the program's version.
  ///   - pictureBytes: bytes of an inline picture at most.
  ///   - load: loads the model, and says how many pictures are read at once.
  public init(
    _ places: Places, version: String, pictureBytes: Int,
    load: @escaping @Sendable () async throws -> (session: ReadingSession, parallel: Int)
  ) {
    (self.places, self.version, self.pictureBytes) = (places, version, pictureBytes)
    folder = places.images.map { FolderImages($0) }
    loading = Task {
      let (session, parallel) = try await load()
      let limits = JobQueueLimits(
        waiting: MCPServer.requestsAtOnce, waitingOfOneClient: MCPServer.requestsAtOnce, kept: 0, keptFor: .zero)
      let queue = JobQueue<QueuedWork>(limits: limits, parallel: parallel) { _, _ in
      } work: {
        try await $0.perform()
      }
      queue.start()
      return Engine(session: session, queue: queue)
    }
  }

  /// Waits until the model is loaded.
  ///
  /// - Throws: why it cannot be; `CancellationError`.
  public func ready() async throws {
    _ = try await withTaskCancellationHandler {
      try await loading.value
    } onCancel: {
      loading.cancel()
    }
  }

  /// Ends what is under way, and closes the model.
  public func close() async {
    loading.cancel()
    guard let engine = try? await loading.value else { return }
    await engine.queue.drain(timeout: .zero)
    await engine.session.end()
  }

  public func imageNames() async throws -> [String] { try await folder?.names() ?? [] }

  public func picture(named name: String, frame: Int?) async throws -> HostedPicture {
    guard let found = try await folder?.find(name) else { throw ToolFailure.noSuchImage }
    return HostedPicture(name: found.name, isNamed: true, frame: frame) {
      try await BlockingWork.run { _ in try ImageDecoder.bytes(ofFileAt: found.path) }
    }
  }

  public func picture(of bytes: [UInt8], frame: Int?) async throws -> HostedPicture {
    guard bytes.count <= pictureBytes else {
      throw ToolFailure(reason: "too_large", message: "A picture has at most \(pictureBytes) bytes.")
    }
    return HostedPicture(name: "the image", isNamed: false, frame: frame) { bytes }
  }

  public func smaller(_ picture: HostedPicture, side: Int) async throws -> [UInt8] {
    let bytes = try await picture.bytes()
    return try await BlockingWork.run { _ in
      Thumbnail.jpeg(of: try picture.decoded(bytes).image, side: side)
    }
  }

  public func read(
    _ picture: HostedPicture, seed: UInt64, for client: String, log: ExaminationLog, side: Int?
  ) async throws -> HostedReading {
    // What is decoded for the model is shown too.
    let (outcome, image) = try await queued { session in
      let decoded = try picture.decoded(try await picture.bytes())
      let outcome = try await session.read(decoded, name: picture.name, truth: nil, seed: seed, log: log)
      return (outcome, side == nil ? nil : decoded.image)
    }
    var shown: [UInt8]?
    if let image, let side { shown = try await BlockingWork.run { _ in Thumbnail.jpeg(of: image, side: side) } }
    return HostedReading(report: outcome.report, id: outcome.id, picture: shown)
  }

  public func perform<Value: Sendable>(
    on picture: HostedPicture?, for client: String,
    _ work: @escaping @Sendable ([UInt8]?, any ReadingEngine) async throws -> Value
  ) async throws -> Value {
    try await queued { session in try await work(try await picture?.bytes(), session.engine) }
  }

  public func history() async throws -> (any RecordStore)? { places.records }

  public func validations() async throws -> [StoredResults] {
    guard let results = places.results else { return [] }
    return try await BlockingWork.run { _ in
      StoredResults.all(in: results, holding: SummariseValidation.file, except: [])
    }
  }

  private func queued<Value: Sendable>(
    _ work: @escaping @Sendable (ReadingSession) async throws -> Value
  ) async throws -> Value {
    let engine = try await loading.value
    try Task.checkCancellation()
    let value = Mutex<Value?>(nil)
    let job = QueuedWork {
      let made = try await work(engine.session)
      value.withLock { $0 = made }
    }
    do throws(JobQueueRefusal) {
      try engine.queue.submit(job)
    } catch {
      throw ToolFailure(reason: "queue_full", message: "Too many calls wait for the model. Try again in a moment.")
    }
    try await withTaskCancellationHandler {
      try await job.end()
    } onCancel: {
      _ = engine.queue.cancel(job.id)
    }
    guard let value = value.withLock({ $0 }) else { throw CancellationError() }
    return value
  }
}

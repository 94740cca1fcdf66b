import Dermoscopy
import Faults
import Imaging
import MCP
import Records
import Synchronization
import UseCases

/// The agents' tools on the server's own images, uploads, queue and history: what a tool may take is what the API's clients may.
struct ServerLesionHost: LesionHost {
  let settings: ServerSettings
  let images: ImageIndex
  let uploads: UploadStore
  let pictures: ThumbnailService
  let jobs: JobService
  let loader: EngineLoader
  let history: History
  let disk: WorkQueue

  var version: String { settings.version }
  var pictureBytes: Int { settings.limits.uploadBytes }

  func imageNames() async throws -> [String] { images.entries.map(\.name) }

  func picture(named name: String, frame: Int?) async throws -> HostedPicture {
    let folder = settings.images.map { $0.hasSuffix("/") ? $0 : $0 + "/" } ?? "/"
    let known = name.hasPrefix(folder) ? String(name.dropFirst(folder.count)) : name
    guard path(of: known) != nil else { throw ToolFailure(Problem.notFound(Self.missing)) }
    let host = self
    return HostedPicture(name: known, isNamed: true, frame: frame) {
      try await host.disk.perform { try host.bytes(of: known) }
    }
  }

  private static let missing =
    "There is no image of this name. list_images gives the names; image_base64 takes a picture's bytes."

  func picture(of bytes: [UInt8], frame: Int?) async throws -> HostedPicture {
    let uploads = uploads
    do {
      // What is kept is the frame alone.
      let upload = try await pictures.perform {
        try ToolFailure.checkFrame(frame, of: bytes)
        return try uploads.keep(bytes, frame: frame)
      }
      return try await picture(named: upload.name, frame: nil)
    } catch let problem as Problem {
      throw ToolFailure(problem)
    }
  }

  func smaller(_ picture: HostedPicture, side: Int) async throws -> [UInt8] {
    let path = path(of: picture.name)
    guard let file = try await disk.perform({ path.flatMap { FileContent(path: $0) } }) else {
      throw ToolFailure(Problem.notFound(Self.missing))
    }
    do {
      return try await pictures.picture(of: file.entityTag, as: .smaller(side: side, frame: picture.frame)) {
        guard let bytes = file.bytes(atMost: ImageLimits.fileBytes) else { throw Problem.notFound(Self.missing) }
        return bytes
      }
    } catch let problem as Problem {
      throw ToolFailure(problem)
    }
  }

  func read(
    _ picture: HostedPicture, seed: UInt64, for client: String, log: ExaminationLog, side: Int?
  ) async throws -> HostedReading {
    let (host, name) = (self, picture.name)
    let input = Job.Input(
      name: name, bytes: { try host.bytes(of: name, frame: picture.frame) }, truth: images.entry(name)?.truth,
      seed: seed,
      client: client, frame: picture.frame)
    let job = try submit(input)
    let events = job.log
    let following = Task {
      guard let events else { return }
      for await event in events.events() { log.append(event.event) }
    }
    defer { following.cancel() }
    guard case .examination(let report) = try await end(of: job) else { throw CancellationError() }
    var shown: [UInt8]?
    if let side { shown = try await smaller(picture, side: side) }
    return HostedReading(report: report, id: job.record, picture: shown)
  }

  func perform<Value: Sendable>(
    on picture: HostedPicture?, for client: String,
    _ work: @escaping @Sendable ([UInt8]?, any ReadingEngine) async throws -> Value
  ) async throws -> Value {
    let (host, name) = (self, picture?.name)
    let answer = Mutex<Result<Value, ToolFailure>?>(nil)
    var input = Job.Input(
      name: name ?? "", bytes: { try name.map { try host.bytes(of: $0, frame: picture?.frame) } ?? [] }, truth: nil,
      seed: 0, client: client)
    input.question = { bytes, _, engine in
      do {
        let value = try await work(name == nil ? nil : bytes, engine)
        answer.withLock { $0 = .success(value) }
      } catch let failure as ToolFailure {
        // It is the tool's answer, not a job that failed.
        answer.withLock { $0 = .failure(failure) }
      }
      return .answer([String](), ExaminationCounts())
    }
    _ = try await end(of: try submit(input))
    guard let answer = answer.withLock({ $0 }) else { throw CancellationError() }
    return try answer.get()
  }

  func history() async throws -> (any RecordStore)? { history.store }

  func validations() async throws -> [StoredResults] {
    let data = settings.data
    return try await disk.perform { Application.results(holding: "summary.json", in: data) }
  }

  // MARK: Files and jobs

  private func path(of name: String) -> String? { images.entry(name)?.path ?? uploads.upload(name)?.path }

  private func bytes(of name: String) throws -> [UInt8] {
    guard let path = path(of: name), let bytes = FileContent(path: path)?.bytes(atMost: ImageLimits.fileBytes) else {
      throw JobFailure(
        reason: "image_gone", message: "the image is no longer there", status: 404,
        exitStatus: FaultKind.missingInput.exitStatus)
    }
    return bytes
  }

  /// The same, once it is clear that the frame is there.
  private func bytes(of name: String, frame: Int?) throws -> [UInt8] {
    let bytes = try bytes(of: name)
    do throws(ToolFailure) {
      try ToolFailure.checkFrame(frame, of: bytes)
    } catch {
      throw JobFailure(
        reason: error.reason, message: String(error.message.dropLast()), status: 422,
        exitStatus: FaultKind.unusableInput.exitStatus)
    }
    return bytes
  }

  private func submit(_ input: Job.Input) throws(ToolFailure) -> Job {
    do throws(Problem) {
      try loader.checkNotMissing()
      return try jobs.submit(input)
    } catch {
      throw ToolFailure(error)
    }
  }

  /// Waits for a job; one whose caller is gone is cancelled.
  private func end(of job: Job) async throws -> JobResult {
    await job.end()
    if Task.isCancelled {
      _ = jobs.cancel(job.id)
      throw CancellationError()
    }
    switch job.state {
    case .done(let result): return result
    case .failed(let failure): throw ToolFailure(reason: failure.reason, message: "\(failure.message).")
    case .queued, .running: throw CancellationError()
    }
  }
}

extension ToolFailure {
  /// What a problem is to an agent.
  fileprivate init(_ problem: Problem) {
    let wait = problem.retryAfter.map { " Try again after \($0) s." } ?? ""
    let reason = problem.reason == "not_found" ? "no_such_image" : problem.reason
    self.init(reason: reason, message: problem.detail + wait)
  }
}

import Auditing
import Datasets
import Dermoscopy
import Imaging
import MCP
import Records
import Synchronization

/// State shared by the routes.
final class Application: Sendable {
  let settings: ServerSettings
  let loader = EngineLoader()
  let images: ImageIndex
  let pictures: ThumbnailService
  let jobs: JobService
  let log: ServerLog
  let metrics = ServerMetrics()
  let uploads: UploadStore
  let folders: ImageFolderStore
  let runs: RunService
  /// What agents speak to.
  let mcp: MCPEndpoint
  /// Looks into folders, reads and deletes files.
  let disk = WorkQueue("files", isConcurrent: true)
  let classifications: AdmissionSemaphore
  /// Comparisons of audits that are asked for.
  let comparing: AdmissionSemaphore
  let comparisons: AuditComparisons
  /// Answers about pictures as they are.
  let controls = ControlAnswers()
  /// Held while a form is being received, because its image is in memory.
  private let forms: AdmissionSemaphore
  /// Where finished examinations are stored.
  let history = History()
  private let hosts: HostCheck
  private let rate: RequestRate
  private let made = Mutex<Router?>(nil)
  private let served = Mutex<HTTPDaemon?>(nil)

  init(_ settings: ServerSettings, labels: Labels?, log: ServerLog) {
    self.settings = settings
    self.log = log
    hosts = HostCheck(allowed: settings.allowedHosts + [settings.host])
    rate = RequestRate(perSecond: settings.limits.requestsPerSecond, burst: settings.limits.requestBurst)
    images = ImageIndex(folder: settings.images, labels: labels)
    pictures = ThumbnailService(limits: settings.limits)
    uploads = UploadStore(folder: settings.data + "/uploads", limits: settings.limits)
    classifications = AdmissionSemaphore(limit: settings.limits.classificationsAtOnce)
    comparing = AdmissionSemaphore(limit: settings.limits.comparisonsAtOnce)
    comparisons = AuditComparisons(kept: settings.limits.comparisonsKept)
    forms = AdmissionSemaphore(limit: settings.limits.uploadsAtOnce)
    let folders = ImageFolderStore(data: settings.data, limits: settings.limits)
    self.folders = folders
    let (loader, metrics, disk) = (loader, metrics, disk)
    let jobs = JobService(limits: settings.limits, parallel: settings.parallel) { job in
      metrics.note(job)
      if case .failed(let failure) = job.state {
        log.write(.warning, "job_failed", ["job": job.id, "reason": failure.reason, "cause": failure.cause ?? ""])
      }
    } work: { job, events in
      let bytes = try await disk.perform(job.input.bytes)
      if let question = job.input.question { return try await question(bytes, job.input, loader.engine()) }
      let image = try ImageDecoder.decode(bytes, name: job.input.name, frame: job.input.frame)
      let outcome = try await loader.session().read(
        image, name: job.input.name, truth: job.input.truth, seed: job.input.seed, log: events)
      job.record = outcome.id
      if let failure = outcome.recordingFailure {
        log.write(.error, "not_kept", ["job": job.id, "cause": "\(failure)"])
      }
      return .examination(outcome.report)
    }
    self.jobs = jobs
    mcp = MCPEndpoint(
      MCPServer(
        ServerLesionHost(
          settings: settings, images: images, uploads: uploads, pictures: pictures, jobs: jobs, loader: loader,
          history: history, disk: disk)))
    runs = RunService(settings) { run, cause in
      log.write(
        cause == nil ? .info : .error, "run_ended",
        ["run": run.name, "status": run.document.status.rawValue, "cause": cause ?? ""])
    } work: { run in
      if let folder = run.order.folder { guard folders.use(folder) else { throw ImageFolderStore.gone } }
      // Before its end is told: who reads that it is done may delete its images.
      defer { if let folder = run.order.folder { folders.release(folder) } }
      let work = RunWork(settings: settings, session: try loader.session(), folders: folders) {
        // The engine is left to examinations that wait for it.
        while jobs.depth.queued > 0 || jobs.depth.running >= settings.parallel {
          try await Task.sleep(for: .milliseconds(20))
        }
      }
      try await work.perform(run)
    }
  }

  /// The server that serves the application, once it runs.
  var daemon: HTTPDaemon? {
    get { served.withLock { $0 } }
    set { served.withLock { $0 = newValue } }
  }

  var router: Router {
    made.withLock { made in
      if let made { return made }
      let router = Router(
        routes: baseRoutes + pageRoutes + imageRoutes + uploadRoutes + analyzeRoutes + jobRoutes + historyRoutes
          + modelRoutes + questionRoutes + mcpRoutes
          + runRoutes + folderRoutes + resultRoutes + sessionRoutes + operationsRoutes)
      made = router
      return router
    }
  }
}

extension Application: HTTPApplication {
  func admit(_ head: RequestHead) throws(Problem) -> Admission {
    let limits = settings.limits
    guard head.rawTarget.utf8.count <= limits.targetBytes else {
      throw Problem(414, "target_too_long", "URI too long", "At most \(limits.targetBytes) bytes are read of a target.")
    }
    guard head.fields.byteCount <= limits.headerBytes, head.fields.all.count <= limits.headerFields else {
      throw Problem(
        431, "header_too_large", "Request header fields too large",
        "At most \(limits.headerFields) fields and \(limits.headerBytes) bytes of them are read.")
    }
    guard rate.admits(head.client) else {
      throw .busy("too_many_requests", "Too many requests come from your address.", retryAfter: 1)
    }
    guard let target = RequestTarget(head.rawTarget) else {
      throw .badRequest("The target is not a path with a query, correctly encoded.")
    }
    try checkFraming(head)
    try hosts.check(head)
    let (route, endpoint, parameters) = try router.endpoint(
      for: head.method, settings.basePath.below(target.path))
    if !endpoint.isOpen, let token = settings.token, !token.admits(head) {
      var problem = Problem(401, "token_needed", "Unauthorized", "This needs the server's token.")
      problem.fields = [("WWW-Authenticate", "Bearer realm=\"dermgemma\"")]
      throw problem
    }
    let intake = try intake(of: endpoint, head)
    var permit: Permit?
    if holdsPicture(intake, endpoint, head) {
      permit = forms.permit()
      if permit == nil { throw .busy("uploads_busy", "Too many images are being uploaded.", retryAfter: 2) }
    }
    return Admission(
      request: HTTPRequest(head: head, target: target, parameters: parameters), route: route.pattern,
      endpoint: endpoint, intake: intake, permit: permit)
  }

  /// A body's end must be clear, or two parties on the way could disagree about it (request smuggling).
  private func checkFraming(_ head: RequestHead) throws(Problem) {
    let lengths = head.fields.values("content-length")
    let codings = head.fields.values("transfer-encoding")
    guard lengths.count <= 1, codings.count <= 1, lengths.isEmpty || codings.isEmpty,
      codings.allSatisfy({ $0.lowercased() == "chunked" }),
      lengths.allSatisfy({ !$0.isEmpty && $0.utf8.allSatisfy((UInt8(ascii: "0")...UInt8(ascii: "9")).contains) })
    else { throw .badRequest("It is not clear where the body ends.") }
  }

  /// Whether a body may have an image in it, which is in memory as long as it is received.
  private func holdsPicture(_ intake: BodyIntake, _ endpoint: Endpoint, _ head: RequestHead) -> Bool {
    switch intake {
    case .form: true
    case .nothing: false
    case .bytes:
      endpoint.body.isMessage
        && head.fields["content-length"].flatMap { Int($0) } ?? .max > settings.limits.documentBytes
    }
  }

  private func intake(of endpoint: Endpoint, _ head: RequestHead) throws(Problem) -> BodyIntake {
    let declared = head.fields["content-length"].map { Int($0) ?? .max }
    guard case .accepted(let kinds) = endpoint.body else {
      if head.fields["transfer-encoding"] != nil { throw .tooLarge(limit: 0) }
      guard declared ?? 0 == 0 else { throw .tooLarge(limit: 0) }
      return .nothing
    }
    guard declared != nil || head.fields["transfer-encoding"] != nil else {
      throw Problem(411, "length_required", "Length required", "Say how long the body is.")
    }
    let names = kinds.map { $0 == .form ? "multipart/form-data" : "application/json" }.joined(separator: " or ")
    guard let field = head.fields["content-type"] else { throw .unsupportedType("Send \(names).") }
    guard head.fields["content-encoding"].map({ $0.lowercased() == "identity" }) ?? true else {
      throw .unsupportedType("Send the body as it is, not compressed.")
    }
    let type = MediaType(field)
    let intake: BodyIntake
    switch type.name {
    case "application/json" where kinds.contains(.json): intake = .bytes([], limit: settings.limits.documentBytes)
    case "application/json" where kinds.contains(.message):
      intake = .bytes([], limit: settings.limits.messageBytes)
    case "multipart/form-data" where kinds.contains(.form):
      // Beside the image: boundaries, headers and small fields.
      let limits = MultipartLimits(bodyBytes: settings.limits.uploadBytes + 65_536)
      intake = .form(try MultipartParser(type: type, limits: limits))
    default: throw .unsupportedType("Send \(names).")
    }
    guard declared ?? 0 <= intake.limit else { throw .tooLarge(limit: intake.limit) }
    return intake
  }

  func ended(_ record: HTTPExchangeRecord) {
    metrics.note(record)
    log.write(record)
  }

  func note(_ message: String) { log.write(.debug, "http", ["message": message]) }

  func cutOff(client: String) {
    metrics.noteCutOff()
    log.write(.info, "cut_off", ["client": client])
  }
}

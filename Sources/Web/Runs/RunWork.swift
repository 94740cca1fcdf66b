import Auditing
import Dermoscopy
import Reading
import UseCases
import Validation

/// Does the work of runs, with the engine that is loaded already.
struct RunWork: Sendable {
  let settings: ServerSettings
  let session: ReadingSession
  let folders: ImageFolderStore
  /// Returns when no examination wants the engine.
  let turn: @Sendable () async throws -> Void

  /// What reads: all that the server reads at once but one, which is left to examinations.
  private var reader: Reader {
    let engine = session.engine
    return Reader(
      lending: BackgroundModel(model: engine.examiner.model, turn: turn), readingProtocol: engine.readingProtocol,
      readings: settings.parallel - 1)
  }

  /// - Throws: a `Fault` that concerns the whole run; `Problem` for inputs that are gone; `CancellationError`.
  func perform(_ run: BackgroundRun) async throws {
    let inputs = try RunInputs(run.order, settings, folders)
    let folder = RunStore(data: settings.data).folder(run.name)
    switch run.order.kind {
    case .validation: try await validate(run, inputs, folder)
    case .audit: try await audit(run, inputs, folder)
    }
  }

  private func validate(_ run: BackgroundRun, _ inputs: RunInputs, _ folder: String) async throws {
    let readingProtocol = session.engine.readingProtocol
    let builtin = try? ProtocolDocument(builtin: readingProtocol.id)
    let document = [settings.protocolDocument, builtin].compactMap { $0 }
      .first { $0.readingProtocol.digest == readingProtocol.digest }?.text
    var request = ValidationRequest(
      .all, into: folder, readingProtocol: readingProtocol, document: document ?? "", model: .loaded(reader),
      version: settings.version)
    (request.images, request.labels, request.columns) = (inputs.images, inputs.labels, inputs.columns)
    (request.limit, request.seed) = (run.order.limit, run.order.seed)
    request.mode = run.isResumed ? .resuming : .fresh
    request.command = ["validate", "all"] + words(run.order, inputs, limit: "--limit")
    let plain = settings.plain
    try await request.run { event in run.show(event, plain) }
  }

  private func audit(_ run: BackgroundRun, _ inputs: RunInputs, _ folder: String) async throws {
    let arms = try ArmSelection(run.order.families.joined(separator: ","))
    var request = AuditRequest(
      images: inputs.images, into: folder, arms: arms, readingProtocol: session.engine.readingProtocol,
      version: settings.version)
    (request.labels, request.columns) = (inputs.labels, inputs.columns)
    request.limits = AuditPlan.Limits(isQuick: run.order.isQuick, images: run.order.limit)
    (request.seed, request.model) = (run.order.seed, .loaded(reader))
    request.mode = run.isResumed ? .resuming : .fresh
    request.command =
      ["audit"] + words(run.order, inputs, limit: "--images-limit") + [
        "--arms", run.order.families.joined(separator: ","),
      ]
      + (run.order.isQuick ? ["--quick"] : [])
    let plain = settings.plain
    guard run.order.isPlan else {
      try await request.run { event in run.show(event, arms, plain) }
      return
    }
    let plan = try await request.plan { event in run.show(event, arms, plain) }
    run.note { $0.plan = RunPlan(plan, arms) }
  }

  /// The options of a command line that does the same.
  private func words(_ order: RunOrder, _ inputs: RunInputs, limit: String) -> [String] {
    var words = ["--images", inputs.images]
    if let labels = inputs.labels { words += ["--labels", labels] }
    if let count = order.limit { words += [limit, String(count)] }
    if order.seed != 0 { words += ["--seed", String(order.seed)] }
    return words
  }
}

extension BackgroundRun {
  /// Notes how a validation goes.
  func show(_ event: ValidationEvent, _ plain: (String) -> String) {
    switch event {
    case .remark(let text): note { $0.remark(plain(text)) }
    case .lookingThroughImages(let done, let count):
      advance { ($0.stage, $0.done, $0.total) = (.lookingThrough, done, count) }
    case .resumed(let done, let count): advance { ($0.done, $0.total) = (done, count) }
    case .examined(_, _, let now):
      advance { progress in
        (progress.stage, progress.done, progress.total, progress.failed) = (.reading, now.done, now.total, now.failed)
        progress.share = now.total > 0 ? Double(now.done) / Double(now.total) : 1
        (progress.rate, progress.secondsLeft) = (now.rate, now.secondsLeft)
      }
    case .writingResults: advance { $0.stage = .writing }
    case .nothingToResume, .loadingModel, .finished, .shardFinished, .merging, .stopped: break
    }
  }

  /// Notes how an audit goes.
  func show(_ event: AuditEvent, _ arms: ArmSelection, _ plain: (String) -> String) {
    switch event {
    case .remark(let text): note { $0.remark(plain(text)) }
    case .lookingThroughImages(let done, let count):
      advance { ($0.stage, $0.done, $0.total) = (.lookingThrough, done, count) }
    case .measuring: advance { $0.stage = .measuring }
    case .planned(let plan):
      note { document in
        document.plan = RunPlan(plan, arms)
        (document.progress.stage, document.progress.done, document.progress.total) = (.reading, 0, plan.images)
      }
    case .resumed(let done, let count): advance { ($0.done, $0.total) = (done, count) }
    case .stepped(let now):
      advance { progress in
        (progress.stage, progress.done, progress.total) = (.reading, now.images, now.total)
        (progress.share, progress.rate, progress.secondsLeft) = (now.share, now.rate, now.secondsLeft)
      }
    case .failed: advance { $0.failed += 1 }
    case .writingResults: advance { $0.stage = .writing }
    case .nothingToResume, .loadingModel, .readingShard, .shardFinished, .storing, .finished, .stopped: break
    }
  }
}

import Dermoscopy
import Faults
import Foundation
import Imaging
import JSON

/// Examinations, asked for.
extension Application {
  var analyzeRoutes: [Route] {
    [Route("/api/analyze", [.post: .later(.accepted([.json, .form])) { [self] in try await analyze($0) }])]
  }

  private struct Question: Decodable {
    var filename: String
    var seed: UInt64?
  }

  private func analyze(_ request: HTTPRequest) async throws -> HTTPResponse {
    try loader.checkNotMissing()
    return try await answer(request, with: try await input(of: request))
  }

  /// Submits a job, waits for it as long as the client wishes, and says how it stands then.
  func answer(_ request: HTTPRequest, with input: Job.Input) async throws -> HTTPResponse {
    let job = try jobs.submit(input)
    let timeout = Preference(request.head.fields["prefer"]).timeout(limits: settings.limits)
    await job.wait(atMost: timeout)
    if Task.isCancelled {
      // The client that asked has left. Others may be following by now.
      if job.feed.streams == 0 { _ = jobs.cancel(job.id) }
      throw CancellationError()
    }
    switch job.state {
    case .done(.examination(let report)): return .json(try OrderedJSON.line(Analysis(job: job.id, report: report)))
    case .done(.answer(let answer, _)):
      return .json(try OrderedJSON.line(Answered(job: job.id, answer: answer))).with("Cache-Control", "no-store")
    case .failed(let failure): throw failure.problem(job: job.id)
    case .queued, .running:
      return .json(try OrderedJSON.line(Accepted(job: job.id, status: job.state)), status: 202)
        .with("Location", settings.basePath.address("/api/status/\(job.id)"))
    }
  }

  private func input(of request: HTTPRequest) async throws -> Job.Input {
    switch request.body {
    case .bytes(let bytes):
      let question = try StrictJSON.decode(Question.self, from: bytes, keys: ["filename", "seed"])
      guard let stored = stored(question.filename) else { throw Problem.notFound("There is no such image.") }
      return input(
        question.filename, stored.path, truth: stored.truth, seed: question.seed ?? 0, client: request.head.client)
    case .form(let form):
      let seed = try form.parts(named: "seed").first.map { part in
        guard let seed = UInt64(String(decoding: part.bytes, as: UTF8.self)) else {
          throw Problem.unprocessable("bad_body", "seed must be a whole number.")
        }
        return seed
      }
      let upload = try await keep(form)
      return input(upload.name, upload.path, truth: nil, seed: seed ?? 0, client: request.head.client)
    case .none: throw Problem.badRequest("A body is missing.")
    }
  }

  func input(
    _ name: String, _ path: String, truth: GroundTruth?, seed: UInt64, client: String
  ) -> Job.Input {
    Job.Input(
      name: name,
      bytes: {
        guard let bytes = FileContent(path: path)?.bytes(atMost: ImageLimits.fileBytes) else {
          throw JobFailure(
            reason: "image_gone", message: "the image is no longer there", status: 404,
            exitStatus: FaultKind.missingInput.exitStatus)
        }
        return bytes
      }, truth: truth, seed: seed, client: client)
  }
}

/// What an answered examination looks like.
private struct Analysis: Encodable {
  let job: String
  let report: ExaminationReport

  enum CodingKeys: String, CodingKey {
    case job = "job_id"
    case status, examination
  }

  func encode(to encoder: any Encoder) throws {
    try SeedResult(report).encode(to: encoder)
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(job, forKey: .job)
    try container.encode("done", forKey: .status)
    try container.encode(report, forKey: .examination)
  }
}

/// What an answered question looks like.
private struct Answered: Encodable {
  let job: String
  let answer: any Encodable & Sendable

  enum CodingKeys: String, CodingKey {
    case job = "job_id"
    case status, answer
  }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(job, forKey: .job)
    try container.encode("done", forKey: .status)
    try container.encode(answer, forKey: .answer)
  }
}

/// The response for a job that is still running.
private struct Accepted: Encodable {
  let job: String
  let status: Job.State

  enum CodingKeys: String, CodingKey {
    case job = "job_id"
    case status
  }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(job, forKey: .job)
    if case .queued = status {
      try container.encode("queued", forKey: .status)
    } else {
      try container.encode("running", forKey: .status)
    }
  }
}

import Dermoscopy
import JSON
import UseCases
import VisionLanguage

/// The model and the protocols, and Phase 3 alone.
extension Application {
  var modelRoutes: [Route] {
    [
      Route("/api/model", [.get: .later { [self] _ in try await describeModel() }]),
      Route("/api/protocols", [.get: .now { [self] _ in try listProtocols() }]),
      Route("/api/protocols/{protocol_id}", [.get: .now { [self] in try showProtocol($0) }]),
      Route("/api/classify", [.post: .later(.accepted([.json])) { [self] in try await classify($0) }]),
    ]
  }

  private struct Reference: Encodable {
    let id: String
    let version: String
    let title: String
    let digest: String
    let active: Bool

    init(_ readingProtocol: ReadingProtocol, active: Bool) {
      id = readingProtocol.id
      version = readingProtocol.version
      title = readingProtocol.title
      digest = readingProtocol.digest.hexadecimal
      self.active = active
    }
  }

  private struct ModelDescription: Encodable {
    let status: String
    let version: String
    let name: String?
    let weights: String?
    let projector: String?
    let endpoint: String?
    let engine: String?
    let active: Reference?
    let uploadBytes: Int
    let uploadPixels: Int
    let uploadKeptSeconds: Int

    enum CodingKeys: String, CodingKey {
      case status, version, name
      case weights = "weights_sha256"
      case projector = "projector_sha256"
      case endpoint, engine
      case active = "protocol"
      case uploadBytes = "upload_bytes"
      case uploadPixels = "upload_pixels"
      case uploadKeptSeconds = "upload_kept_seconds"
    }

    func encode(to encoder: any Encoder) throws {
      var container = encoder.container(keyedBy: CodingKeys.self)
      try container.encode(status, forKey: .status)
      try container.encode(version, forKey: .version)
      try container.encode(name, forKey: .name)
      try container.encode(weights, forKey: .weights)
      try container.encode(projector, forKey: .projector)
      try container.encodeIfPresent(endpoint, forKey: .endpoint)
      try container.encode(engine, forKey: .engine)
      try container.encode(active, forKey: .active)
      try container.encode(uploadBytes, forKey: .uploadBytes)
      try container.encode(uploadPixels, forKey: .uploadPixels)
      try container.encode(uploadKeptSeconds, forKey: .uploadKeptSeconds)
    }
  }

  private func describeModel() async throws -> HTTPResponse {
    let state = loader.state
    var identity: ModelIdentity?
    var active: Reference?
    if case .ready(let session) = state {
      let engine = session.engine
      identity = try await engine.identity
      active = Reference(engine.readingProtocol, active: true)
    }
    let limits = settings.limits
    let description = ModelDescription(
      status: state.name, version: settings.version, name: identity?.fullName, weights: identity?.weights?.hexadecimal,
      projector: identity?.projector?.hexadecimal, endpoint: identity?.endpoint, engine: identity?.engine,
      active: active,
      uploadBytes: limits.uploadBytes, uploadPixels: limits.uploadPixels,
      uploadKeptSeconds: Int(limits.uploadKeptSeconds))
    return .json(try OrderedJSON.line(description)).with("Cache-Control", "no-store")
  }

  private func listProtocols() throws -> HTTPResponse {
    let current = settings.protocolDocument?.readingProtocol
    var all = try ReadingProtocol.builtinNames.map { name in
      let builtin = try ReadingProtocol.builtin(named: name)
      return Reference(builtin, active: builtin.digest == current?.digest)
    }
    if let current, !all.contains(where: \.active) { all.insert(Reference(current, active: true), at: 0) }
    return .json(try OrderedJSON.line(["protocols": all])).with("Cache-Control", "no-cache")
  }

  private func showProtocol(_ request: HTTPRequest) throws -> HTTPResponse {
    let id = request.parameter("protocol_id")
    // The one in use first: a user's document may have a built-in one's name.
    if let current = settings.protocolDocument, current.readingProtocol.id == id {
      return .json(current.bytes).with("Cache-Control", "no-cache")
    }
    guard let document = ReadingProtocol.builtinDocument(named: id) else {
      throw Problem.notFound("There is no such protocol.")
    }
    return .json(document).with("Cache-Control", "no-cache")
  }

  private struct Notes: Decodable {
    var observations: [String: String]
    var description: String?
    var seed: UInt64?
  }

  /// "Why?": the code that other notes would give.
  private func classify(_ request: HTTPRequest) async throws -> HTTPResponse {
    guard case .bytes(let bytes) = request.body else { throw Problem.badRequest("A body is missing.") }
    let notes = try StrictJSON.decode(Notes.self, from: bytes, keys: ["observations", "description", "seed"])
    let engine = try loader.engine()
    let classification: NotesClassification
    do {
      classification = try NotesClassification(
        notes.observations, description: notes.description, seed: notes.seed ?? 0, by: engine.readingProtocol)
    } catch {
      throw error.problem
    }
    guard classifications.enter() else {
      throw Problem.busy("queue_full", "Too many notes are being classified.", retryAfter: 1)
    }
    defer { classifications.leave() }
    let report = try await classification.run(on: engine)
    return .json(try OrderedJSON.line(Classified(report))).with("Cache-Control", "no-store")
  }

  private struct Classified: Encodable {
    let observations: Observations
    let description: CleanedDescription?
    let diagnosis: Diagnosis?
    let flags: [QualityFlag]

    init(_ report: ExaminationReport) {
      observations = report.observations
      description = report.description
      diagnosis = report.diagnosis
      flags = report.flags
    }

    enum CodingKeys: String, CodingKey { case observations, description, diagnosis, flags }

    /// What is not there is null, as in an examination.
    func encode(to encoder: any Encoder) throws {
      var container = encoder.container(keyedBy: CodingKeys.self)
      try container.encode(observations, forKey: .observations)
      try container.encode(description, forKey: .description)
      try container.encode(diagnosis, forKey: .diagnosis)
      try container.encode(flags, forKey: .flags)
    }
  }
}

extension NotesClassification.Refusal {
  fileprivate var problem: Problem {
    switch self {
    case .needsImage:
      .unprocessable("nothing_to_drop", "This protocol classifies in view of the image, not by notes.")
    case .longDescription:
      .unprocessable(
        "bad_body", "A description has at most \(NotesClassification.longestDescription) characters.")
    case .unknownQuestion(let asked):
      .unprocessable("bad_body", "The protocol asks \(asked.joined(separator: ", ")) only.")
    case .unknownWord(let question, let known):
      .unprocessable("bad_body", "\(question) may be \(known.joined(separator: ", ")).")
    }
  }
}

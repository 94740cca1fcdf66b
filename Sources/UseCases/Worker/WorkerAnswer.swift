import Dermoscopy
import Faults

/// One line of a worker's output; docs/WORKER.md documents its JSON.
public struct WorkerAnswer: Sendable, Encodable {
  /// What became of a request.
  public enum Content: Sendable {
    /// It was done.
    case examination(ExaminationReport)
    /// It failed, with an exit status of the command line and a reason.
    case error(status: Int32, message: String)
    /// Whether a request that was to be cancelled was under way.
    case cancelled(Bool)
    /// What the worker is.
    case information(WorkerInformation)
  }

  private struct Failure: Encodable {
    var status: Int32
    var message: String
  }

  /// The request's id; `nil` when it has none.
  public var id: WorkerID?
  /// The request's line in the input, from 1.
  public var line: Int
  /// What became of it.
  public var content: Content

  enum CodingKeys: String, CodingKey {
    case id, line, examination, error, cancelled, info
  }

  /// Writes `id`, `line`, and one of the others.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(id, forKey: .id)
    try container.encode(line, forKey: .line)
    switch content {
    case .examination(let report): try container.encode(report, forKey: .examination)
    case .error(let status, let message):
      try container.encode(Failure(status: status, message: message), forKey: .error)
    case .cancelled(let wasUnderWay): try container.encode(wasUnderWay, forKey: .cancelled)
    case .information(let information): try container.encode(information, forKey: .info)
    }
  }

  /// The answer to a request that failed.
  init(id: WorkerID?, line: Int, failedBy error: any Error) {
    self.init(id: id, line: line, content: Self.content(of: error))
  }

  init(id: WorkerID?, line: Int, content: Content) {
    self.id = id
    self.line = line
    self.content = content
  }

  private static func content(of error: any Error) -> Content {
    switch error {
    case let fault as any Fault: .error(status: fault.kind.exitStatus, message: fault.description)
    case is CancellationError: .error(status: FaultKind.interrupted.exitStatus, message: "cancelled")
    default: .error(status: FaultKind.bug.exitStatus, message: "unexpected failure: \(error)")
    }
  }
}

/// What a worker says of itself.
public struct WorkerInformation: Sendable, Encodable {
  var schema = WorkerRequest.schema
  /// The program's version.
  public var version: String
  /// The protocol of requests that name none.
  public var readingProtocol: String
  /// All protocols that a request may name.
  public var protocols: [String]
  /// The model's name.
  public var model: String
  /// SHA-256 of its weights, hexadecimal; `nil` for a model behind an endpoint.
  public var weights: String?
  /// SHA-256 of its projector, hexadecimal.
  public var projector: String?
  /// The LoRA adapters that change the weights, in the order in which they were named; no key for none.
  public var adapters: [ExaminationReport.Model.Adapter] = []
  /// The arithmetic of images, such as `bf16`; `nil`, and no key, for the usual 32 bits.
  public var precision: String?
  /// Host and port of the endpoint that the model is behind; `nil`, and no key, for a model in this process.
  public var endpoint: String?
  /// The engine with its version and backends.
  public var engine: String
  /// Requests that are read at once.
  public var parallel: Int
  /// Requests that are taken before the first of them is answered.
  public var ahead: Int

  enum CodingKeys: String, CodingKey {
    case schema, version
    case readingProtocol = "protocol"
    case protocols, model
    case weights = "weights_sha256"
    case projector = "projector_sha256"
    case adapters, precision, endpoint, engine, parallel, ahead
  }

  /// Writes every key but `adapters`, `precision` and `endpoint`, which only such a model has.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(schema, forKey: .schema)
    try container.encode(version, forKey: .version)
    try container.encode(readingProtocol, forKey: .readingProtocol)
    try container.encode(protocols, forKey: .protocols)
    try container.encode(model, forKey: .model)
    try container.encode(weights, forKey: .weights)
    try container.encode(projector, forKey: .projector)
    if !adapters.isEmpty { try container.encode(adapters, forKey: .adapters) }
    try container.encodeIfPresent(precision, forKey: .precision)
    try container.encodeIfPresent(endpoint, forKey: .endpoint)
    try container.encode(engine, forKey: .engine)
    try container.encode(parallel, forKey: .parallel)
    try container.encode(ahead, forKey: .ahead)
  }
}

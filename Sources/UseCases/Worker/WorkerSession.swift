import DICOM
import Dermoscopy
import Faults
import LlamaEngine
import Reading

/// A worker's model and settings: what `worker` does.
public struct WorkerSession: Sendable {
  /// Requests taken ahead for each that is read.
  private static let aheadOfEach = 8

  /// The protocol of requests that name none.
  public var readingProtocol: ReadingProtocol
  /// The model.
  public var model: ModelSource
  /// The seed of requests that have none.
  public var seed: UInt64 = 0
  /// Requests read at once; `nil` for as many as the model and the memory allow.
  public var parallel: Int?
  /// Processors that may be used; `nil` for all that help the model.
  public var threads: Int?
  /// Where to compute.
  public var device = ComputeDevice.automatic
  /// What is wanted of DICOM files.
  public var dicom = DICOMOptions()
  /// The program's version.
  public var version: String

  /// A session with the defaults of everything else.
  public init(_ model: ModelSource, readingProtocol: ReadingProtocol, version: String) {
    self.model = model
    self.readingProtocol = readingProtocol
    self.version = version
  }

  /// Loads the model, and answers until the input ends.
  ///
  /// - Parameters:
  ///   - next: gives the next line; `nil` at the end.
  ///   - write: writes an answer.
  /// - Throws: as `Worker.run`; a `Fault` when the weights are missing or broken, or the endpoint has no such model.
  public func run(
    next: @escaping @Sendable () async throws -> Worker.Input?, write: @escaping @Sendable (String) async throws -> Void
  ) async throws {
    var protocols: [String: ReadingProtocol] = [:]
    for name in ReadingProtocol.builtinNames { protocols[name] = try .builtin(named: name) }
    protocols[readingProtocol.id] = readingProtocol
    let reader = try await Reader.open(
      model, readingProtocol: readingProtocol, others: Array(protocols.values), readings: parallel, threads: threads,
      device: device, dicom: dicom)
    let identity = try await reader.identity
    var information = WorkerInformation(
      version: version, readingProtocol: readingProtocol.id, protocols: protocols.keys.sorted(),
      model: identity.fullName,
      weights: identity.weights?.hexadecimal, projector: identity.projector?.hexadecimal, endpoint: identity.endpoint,
      engine: identity.engine, parallel: reader.readings, ahead: reader.readings * Self.aheadOfEach)
    information.adapters = identity.adapters.map(ExaminationReport.Model.Adapter.init)
    information.precision = identity.precision == .f32 ? nil : identity.precision.rawValue
    let (seed, readers, known) = (seed, protocols.mapValues(reader.reading(by:)), information)
    do {
      try await Worker(known) { request in
        let name = request.readingProtocol ?? known.readingProtocol
        guard let reader = readers[name] else {
          throw WorkerFault(
            id: request.id,
            message:
              "there is no protocol \(name.prefix(64)); there are \(known.protocols.joined(separator: ", "))")
        }
        return try await reader.examination(of: request, seed: request.seed ?? seed)
      }.run(next: next, write: write)
    } catch {
      await reader.close()
      throw error
    }
    await reader.close()
  }
}

extension Reader {
  /// Does what a worker's request asks for.
  fileprivate func examination(of request: WorkerRequest, seed: UInt64) async throws -> ExaminationReport {
    let id = request.id?.description ?? ""
    guard case .read(let source) = request.action else { throw CancellationError() }
    switch source {
    case .file(let path):
      let file = path.split(separator: "/").last.map(String.init) ?? path
      return try await read(fileAt: path, name: request.name ?? file, seed: seed)
    case .bytes(let bytes): return try await read(bytes, name: request.name ?? id, seed: seed)
    case .words(let words, let description):
      let observations = try observations(from: words, of: request)
      if readingProtocol.review != nil, description == nil {
        throw WorkerFault(
          id: request.id, message: "description is missing, which the protocol \(readingProtocol.id) needs")
      }
      let subject = ExaminationSubject(name: request.name ?? id, digest: nil, width: 0, height: 0)
      return try await examiner.classify(
        observations, description: description, of: subject, seed: seed, log: ExaminationLog())
    }
  }

  /// A client's words, read as if the model had just given them: only canonical words get into a prompt.
  private func observations(from words: [String: String], of request: WorkerRequest) throws -> Observations {
    let known = readingProtocol.questions.map(\.id)
    if let strange = words.keys.sorted().first(where: { !known.contains($0) }) {
      throw WorkerFault(
        id: request.id,
        message: "the protocol \(readingProtocol.id) asks nothing called \(strange.prefix(64)), but "
          + known.joined(separator: ", "))
    }
    return Observations(
      try readingProtocol.questions.map { question in
        guard let raw = words[question.id] else {
          throw WorkerFault(id: request.id, message: "observations lack \(question.id), which the protocol needs")
        }
        let value = AnswerReader(form: question.answer, subject: question.label).value(of: raw)
        return (question: question.id, observation: Observation(value: value, raw: raw))
      })
  }
}

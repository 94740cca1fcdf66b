import Auditing
import Dermoscopy
import Imaging
import JSON

/// Questions about one picture: what if something in it were changed, and where the answer hangs.
extension Application {
  var questionRoutes: [Route] {
    [
      Route("/api/what-if", [.post: .later(.accepted([.json])) { [self] in try await askWhatIf($0) }]),
      Route("/api/maps", [.post: .later(.accepted([.json])) { [self] in try await askForMap($0) }]),
    ]
  }

  /// A question's body: the image, the seed, and what is asked.
  private struct Asked {
    let filename: String
    let seed: UInt64
    let what: DocumentNode
  }

  private func asked(_ request: HTTPRequest, what key: String) throws -> Asked {
    guard case .bytes(let bytes) = request.body else { throw Problem.badRequest("A body is missing.") }
    guard let value = try? JSONParser.parse(bytes, deepest: 8) else {
      throw Problem.badRequest("The body is not JSON.")
    }
    return try Self.telling {
      () throws(ProtocolFault) in
      let object = try DocumentNode(value: value, document: "body").object(knowing: ["filename", "seed", key])
      return Asked(
        filename: try object.required("filename").line(1...4_096),
        seed: try object.optional("seed").map(Self.seed) ?? 0,
        what: try object.required(key))
    }
  }

  private static func seed(_ node: DocumentNode) throws(ProtocolFault) -> UInt64 {
    guard case .number(let text) = node.value, let seed = UInt64(text) else {
      throw node.fault("must be a whole number from 0 to \(UInt64.max)")
    }
    return seed
  }

  /// What is wrong with a body, as a problem.
  private static func telling<Value>(_ body: () throws(ProtocolFault) -> Value) throws(Problem) -> Value {
    do throws(ProtocolFault) {
      return try body()
    } catch {
      let place = error.place.isEmpty ? "The body" : error.place
      throw Problem.unprocessable("bad_body", "\(place) \(error.message).")
    }
  }

  private func input(_ asked: Asked, _ request: HTTPRequest, _ question: @escaping Job.Question) throws -> Job.Input {
    guard let stored = stored(asked.filename) else { throw Problem.notFound("There is no such image.") }
    var input = input(asked.filename, stored.path, truth: nil, seed: asked.seed, client: request.head.client)
    input.question = question
    return input
  }

  private func askForMap(_ request: HTTPRequest) async throws -> HTTPResponse {
    try loader.checkNotMissing()
    let asked = try asked(request, what: "kind")
    let kind = try Self.telling { () throws(ProtocolFault) in try asked.what.choice(of: MapKind.self) }
    let input = try input(asked, request) { bytes, input, engine in
      let question = MapQuestion(
        engine.examiner.model, readingProtocol: engine.readingProtocol, seed: input.seed)
      let map = try await question.map(kind, of: try ImageDecoder.decode(bytes, name: input.name), name: input.name)
      return .answer(map, map.counts)
    }
    return try await answer(request, with: input)
  }

  private func askWhatIf(_ request: HTTPRequest) async throws -> HTTPResponse {
    try loader.checkNotMissing()
    let asked = try asked(request, what: "change")
    let change = try Self.telling { () throws(ProtocolFault) in try WhatIfChange(asked.what) }
    let controls = controls
    let input = try input(asked, request) { bytes, input, engine in
      let question = WhatIf(
        engine.examiner.model, readingProtocol: engine.readingProtocol, seed: input.seed, controls: controls)
      let answer = try await question.answer(
        change, of: try ImageDecoder.decode(bytes, name: input.name), name: input.name)
      return .answer(answer, answer.counts)
    }
    return try await answer(request, with: input)
  }
}

import Dermoscopy
import Foundation
import Imaging
import JSON
import TestModels
import TestRecords
import UseCases
import VisionLanguage

@testable import MCP

/// An engine that answers at once from a script, or hangs until it is cancelled.
struct ScriptedEngine: ReadingEngine {
  let readingProtocol: ReadingProtocol
  let model: ScriptedModel
  var examiner: Examiner { Examiner(model: model, readingProtocol: readingProtocol) }
  var identity: ModelIdentity { get async throws { model.identity } }

  init(_ answer: @escaping @Sendable (GenerationRequest) -> ScriptedModel.Answer = ScriptedModel.typical) throws {
    readingProtocol = try .builtin(named: "seed")
    model = ScriptedModel(answer: answer)
  }

  func examine(
    _ decoded: DecodedImage, name: String, truth: GroundTruth?, seed: UInt64, log: ExaminationLog
  ) async throws -> ExaminationReport {
    let subject = ExaminationSubject(
      name: name, digest: decoded.digest, width: decoded.image.width, height: decoded.image.height, groundTruth: truth)
    return try await examiner.examine(decoded.image, subject: subject, seed: seed, log: log)
  }

  func close() async {}
}

/// A host over a folder with pictures, for a test's duration.
struct TestHost {
  static let names = ["a b.png", "five.png", "four.png", "mole/two.png", "three.png"]

  let host: LocalLesionHost
  let folder: URL

  static func run(
    images: [String] = names, keepsRecords: Bool = true,
    answer: @escaping @Sendable (GenerationRequest) -> ScriptedModel.Answer = ScriptedModel.typical,
    _ body: (TestHost) async throws -> Void
  ) async throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("dermgemma-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: folder) }
    for (place, name) in images.enumerated() {
      let file = folder.appendingPathComponent("images/" + name)
      try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
      try Data(picture(place)).write(to: file)
    }
    try Data("secret".utf8).write(to: folder.appendingPathComponent("secret.png"))
    var places = LocalLesionHost.Places()
    places.images = folder.appendingPathComponent("images").path
    places.results = folder.path
    let store = MemoryRecords(MemoryContents())
    if keepsRecords { places.records = store }
    let kept = places.records
    let engine = try ScriptedEngine(answer)
    let host = LocalLesionHost(places, version: "test", pictureBytes: 1 << 20) {
      (try await ReadingSession(reading: engine, document: nil, kind: "mcp", in: kept), 2)
    }
    do {
      try await body(TestHost(host: host, folder: folder))
      await host.close()
    } catch {
      await host.close()
      throw error
    }
  }

  static func picture(_ number: Int = 0) throws -> [UInt8] {
    let pixels = (0..<32 * 24 * 3).map { UInt8(truncatingIfNeeded: $0 &* 7 &+ number) }
    return try ImageEncoder.png(try PixelImage(width: 32, height: 24, pixels: pixels))
  }
}

/// A client that sends lines when it likes, and hears what is written.
final class Client: Sendable {
  struct Silent: Error {}

  private let lines: AsyncStream<MCPConversation.Input>.Continuation
  private let answers: AsyncStream<JSONValue>
  private let task: Task<Void, any Error>

  init(_ host: LocalLesionHost) {
    let (input, lines) = AsyncStream<MCPConversation.Input>.makeStream()
    let (answers, heard) = AsyncStream<JSONValue>.makeStream()
    (self.lines, self.answers) = (lines, answers)
    task = Task {
      // One reader at a time asks for the next line.
      nonisolated(unsafe) var iterator = input.makeAsyncIterator()
      try await MCPConversation(MCPServer(host)).run {
        await iterator.next()
      } write: {
        heard.yield(try JSONParser.parse(Array($0.utf8), deepest: 64))
      }
      heard.finish()
    }
  }

  func send(_ line: String) { lines.yield(.line(Array(line.utf8))) }
  func send(_ input: MCPConversation.Input) { lines.yield(input) }

  /// The next message.
  func hear() async throws -> JSONValue {
    for await answer in answers { return answer }
    throw Silent()
  }

  /// Sends a request and hears its answer, passing over what else is said.
  func ask(_ id: Int, _ method: String, _ params: String = "{}") async throws -> JSONValue {
    send(#"{"jsonrpc": "2.0", "id": \#(id), "method": "\#(method)", "params": \#(params)}"#)
    while true {
      let answer = try await hear()
      if answer["id"] == .integer(id) { return answer }
    }
  }

  /// Calls a tool, and gives its result.
  func call(_ tool: String, _ arguments: String = "{}", id: Int = 99) async throws -> JSONValue {
    let answer = try await ask(id, "tools/call", #"{"name": "\#(tool)", "arguments": \#(arguments)}"#)
    guard let result = answer["result"] else { throw Silent() }
    return result
  }

  /// Ends the input, and gives what is still said.
  func end() async throws -> [JSONValue] {
    lines.finish()
    try await task.value
    var rest: [JSONValue] = []
    for await answer in answers { rest.append(answer) }
    return rest
  }

  /// A client whose conversation began with a revision.
  static func agreed(
    on revision: ProtocolRevision = .latestHandshake, _ host: LocalLesionHost
  ) async throws -> Client {
    let client = Client(host)
    let hello =
      #"{"protocolVersion": "\#(revision.rawValue)", "capabilities": {}, "clientInfo": {"name": "t", "version": "1"}}"#
    _ = try await client.ask(1, "initialize", hello)
    client.send(#"{"jsonrpc": "2.0", "method": "notifications/initialized"}"#)
    return client
  }
}

extension JSONValue {
  var elements: [JSONValue] { if case .array(let elements) = self { elements } else { [] } }
  var keys: [String] { if case .object(let members) = self { members.map(\.key) } else { [] } }
  var code: Int? { if case .number(let digits) = self["error"]?["code"] { Int(digits) } else { nil } }
}

import Dermoscopy
import Digests
import Foundation
import Imaging
import Synchronization
import TestModels
import UseCases
import VisionLanguage

@testable import Web

/// An engine that answers at once from a script, or hangs until it is cancelled.
struct ScriptedEngine: ReadingEngine {
  var readingProtocol: ReadingProtocol
  let model: ScriptedModel
  var examiner: Examiner { Examiner(model: model, readingProtocol: readingProtocol) }
  var identity: ModelIdentity { get async throws { model.identity } }

  init(
    remembers: Bool = true,
    _ answer: @escaping @Sendable (GenerationRequest) -> ScriptedModel.Answer = ScriptedModel.typical
  ) throws {
    readingProtocol = try .builtin(named: "seed")
    model = ScriptedModel(remembers: remembers, answer: answer)
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

/// A server over real sockets for a test's duration, with one image that is called `a b.png`.
struct TestServer: Sendable {
  let port: Int
  let folder: URL
  let server: WebServer
  let engine: ScriptedEngine

  /// What is different in a test.
  struct Setting: Sendable {
    var answer: @Sendable (GenerationRequest) -> ScriptedModel.Answer = ScriptedModel.typical
    var change: @Sendable (inout ServerSettings) -> Void = { _ in }
    /// Whether the engine keeps what it was asked, for a test to look at.
    var remembers = true
    static let hanging = Setting(answer: { _ in .hangs })
  }

  static func run(_ setting: Setting = Setting(), _ body: (TestServer) async throws -> Void) async throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("dermgemma-\(UUID().uuidString)")
    let images = folder.appendingPathComponent("images")
    try FileManager.default.createDirectory(at: images, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    try Data(picture()).write(to: images.appendingPathComponent("a b.png"))
    try Data("no image".utf8).write(to: images.appendingPathComponent("broken.jpg"))
    try Data("secret".utf8).write(to: folder.appendingPathComponent("secret.txt"))

    var settings = ServerSettings(data: folder.appendingPathComponent("data").path, version: "test")
    settings.port = 0
    settings.images = images.path
    settings.limits.shutdownSeconds = 1
    // However busy the machine is, an examination is waited for.
    settings.limits.waitSeconds = 240
    setting.change(&settings)
    let engine = try ScriptedEngine(remembers: setting.remembers, setting.answer)
    let server = WebServer(settings, labels: nil, log: ServerLog(lowest: .error, sink: { _ in }))
    let (ports, continuation) = AsyncStream.makeStream(of: Int.self)
    let serving = Task {
      // One that ends before it listens is not waited for.
      defer { continuation.finish() }
      try await server.run(engine: { engine }, onListening: { continuation.yield($0) })
    }
    for await port in ports {
      let test = TestServer(port: port, folder: folder, server: server, engine: engine)
      while try await test.get("/readyz").status != 200 { try await Task.sleep(for: .milliseconds(5)) }
      do {
        try await body(test)
      } catch {
        serving.cancel()
        _ = try? await serving.value
        throw error
      }
      break
    }
    serving.cancel()
    try await serving.value
  }

  static func picture() throws -> [UInt8] {
    let pixels = (0..<32 * 24 * 3).map { UInt8(truncatingIfNeeded: $0 &* 7) }
    return try ImageEncoder.png(try PixelImage(width: 32, height: 24, pixels: pixels))
  }

  // MARK: Asking

  func get(_ target: String, _ fields: [String: String] = [:]) async throws -> RawAnswer {
    try await send("GET", target, fields, [])
  }

  func post(_ target: String, json: String, _ fields: [String: String] = [:]) async throws -> RawAnswer {
    try await send("POST", target, ["Content-Type": "application/json"].merging(fields) { $1 }, Array(json.utf8))
  }

  func send(
    _ method: String, _ target: String, _ fields: [String: String], _ body: [UInt8]
  ) async throws -> RawAnswer {
    var fields = ["Host": "127.0.0.1:\(port)", "Connection": "close"].merging(fields) { $1 }
    if method == "POST" { fields["Content-Length"] = fields["Content-Length"] ?? String(body.count) }
    let head = "\(method) \(target) HTTP/1.1\r\n" + fields.map { "\($0): \($1)\r\n" }.joined() + "\r\n"
    return try await raw(Array(head.utf8) + body)
  }

  /// Breaks every connection that the server has, as a network would. The server lives in this process, so its sockets
  /// are those that are bound to its port.
  func cutConnections() {
    for descriptor in Int32(3)..<1_024 {
      var address = sockaddr_in()
      var length = socklen_t(MemoryLayout<sockaddr_in>.size)
      let isOurs = withUnsafeMutablePointer(to: &address) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(descriptor, $0, &length) == 0 }
      }
      guard isOurs, address.sin_family == sa_family_t(AF_INET), Int(UInt16(bigEndian: address.sin_port)) == port else {
        continue
      }
      var isListening: Int32 = 0
      length = socklen_t(MemoryLayout<Int32>.size)
      getsockopt(descriptor, SOL_SOCKET, SO_ACCEPTCONN, &isListening, &length)
      if isListening == 0 { shutdown(descriptor, Int32(SHUT_RDWR)) }
    }
  }

  /// Sends bytes and reads to the end of the connection.
  func raw(_ bytes: [UInt8]) async throws -> RawAnswer {
    let port = port
    return try await withCheckedThrowingContinuation { continuation in
      Thread.detachNewThread {
        continuation.resume(
          with: Result {
            let socket = try RawSocket(port: port)
            socket.send(bytes)
            return RawAnswer(socket.readAll())
          })
      }
    }
  }
}

/// A socket that is used as an impolite client would.
final class RawSocket: Sendable {
  struct Refused: Error {}
  let descriptor: Int32

  init(port: Int) throws {
    descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var timeout = timeval(tv_sec: 250, tv_usec: 0)
    setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &timeout, socklen_t(MemoryLayout<timeval>.size))
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = UInt16(port).bigEndian
    address.sin_addr.s_addr = inet_addr("127.0.0.1")
    let status = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    guard status == 0 else { throw Refused() }
  }

  deinit { close(descriptor) }

  func send(_ bytes: [UInt8]) {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes {
        Foundation.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
      }
      if count <= 0 { return }
      rest = rest.dropFirst(count)
    }
  }

  /// Says that nothing more will be sent.
  func endSending() { shutdown(descriptor, Int32(SHUT_WR)) }

  /// What comes until the other side ends, or nothing comes for long.
  func readAll() -> [UInt8] {
    var all: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: 65_536)
    while true {
      let count = recv(descriptor, &piece, piece.count, 0)
      if count <= 0 { return all }
      all += piece.prefix(count)
    }
  }

  func read() -> String {
    var piece = [UInt8](repeating: 0, count: 65_536)
    let count = recv(descriptor, &piece, piece.count, 0)
    return String(decoding: piece.prefix(max(count, 0)), as: UTF8.self)
  }
}

/// An answer, taken apart.
struct RawAnswer: Sendable {
  var status = 0
  var fields: [String: String] = [:]
  var body: [UInt8] = []
  var text: String { String(decoding: body, as: UTF8.self) }

  init(_ bytes: [UInt8]) {
    guard let end = bytes.firstRange(of: Array("\r\n\r\n".utf8)) else { return }
    let lines = String(decoding: bytes[..<end.lowerBound], as: UTF8.self).split(separator: "\r\n")
    status = lines.first.flatMap { Int($0.split(separator: " ").dropFirst().first ?? "") } ?? 0
    for line in lines.dropFirst() {
      let sides = line.split(separator: ":", maxSplits: 1)
      fields[sides[0].lowercased()] = sides.count == 2 ? sides[1].trimmed : ""
    }
    body = Array(bytes[end.upperBound...])
  }

  /// A member of the body, which is an object of JSON.
  func member(_ name: String) -> String {
    let object = (try? JSONSerialization.jsonObject(with: Data(body))) as? [String: Any]
    return object?[name].map { "\($0)" } ?? ""
  }
}

import Foundation

@testable import Hub

/// The Python server that plays hub and storage; one for all tests, gone with their process.
struct StandIn: Sendable {
  static let shared = Result { try StandIn() }

  let endpoint: String
  let storage: String

  private init() throws {
    let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .appendingPathComponent("StandIns/server.py")
    let (input, output) = (Pipe(), Pipe())
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["python3", script.path]
    process.standardInput = input
    process.standardOutput = output
    try process.run()
    // It ends when our end of its standard input closes, which is when this process ends.
    running = (process, input)
    var line = ""
    while !line.hasSuffix("\n") {
      let bytes = output.fileHandleForReading.availableData
      guard !bytes.isEmpty else { throw NotStarted() }
      line += String(decoding: bytes, as: UTF8.self)
    }
    let ports = line.split(separator: " ").map { $0.trimmingCharacters(in: .whitespacesAndNewlines) }
    endpoint = "http://127.0.0.1:\(ports[0])"
    storage = "http://127.0.0.1:\(ports[1])"
  }

  /// A request that was made.
  struct Entry: Decodable {
    var role, method, path, range, condition, authorization: String
    enum CodingKeys: String, CodingKey {
      case role, method, path, range, authorization
      case condition = "if_range"
    }
  }

  /// The requests about a repository.
  func log(of repository: String) async throws -> [Entry] {
    let bytes = try await HTTPClient().bytes(of: HTTPRequest(endpoint + "/log"), limit: 10 << 20)
    return try JSONDecoder().decode([Entry].self, from: Data(bytes)).filter { $0.path.contains(repository + "/") }
  }
}

nonisolated(unsafe) private var running: (Process, Pipe)?  // Set once, and never read: it only keeps them alive.

struct NotStarted: Error {}

/// A hub of its own behaviour, and a cache of its own.
struct Bench: Sendable {
  let standIn: StandIn
  let repository: String
  let cache: String
  var fetcher: HubFetcher

  /// - Parameter behaviour: what the server does; see `server.py`.
  init(_ behaviour: String, token: String? = nil, offline: Bool = false, cache: String? = nil) throws {
    standIn = try StandIn.shared.get()
    repository = "tests/\(behaviour).\(UUID().uuidString.prefix(8))"
    self.cache =
      cache ?? FileManager.default.temporaryDirectory.appendingPathComponent("hub-\(UUID().uuidString)").path
    var client = HTTPClient()
    client.limits.silentSeconds = 1
    client.retries.firstPause = 0.001
    client.retries.longestPause = 0.01
    var download = FileDownload(client: client)
    download.pieceSize = 65_536
    fetcher = HubFetcher(
      environment: HubEnvironment(endpoint: standIn.endpoint, cache: self.cache, token: token, isOffline: offline),
      download: download)
  }

  func file(_ name: String = "model.gguf", revision: String = "main") -> HubFile {
    HubFile(repository: repository, revision: revision, file: name)
  }

  /// Files below the cache with their paths in it, sorted.
  func files() -> [String] {
    let walk = FileManager.default.enumerator(atPath: cache)
    var found: [String] = []
    while let name = walk?.nextObject() as? String {
      var isFolder: ObjCBool = false
      if FileManager.default.fileExists(atPath: cache + "/" + name, isDirectory: &isFolder), !isFolder.boolValue {
        found.append(name)
      }
    }
    return found.sorted()
  }

  func blobs() -> [String] { files().filter { $0.contains("/blobs/") } }
}

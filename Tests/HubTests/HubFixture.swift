import Foundation
import TestServers
import Transfer

@testable import Hub

extension MockServer {
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
    let bytes = try await HTTPClient().bytes(of: ClientRequest(endpoint + "/log"), limit: 10 << 20)
    return try JSONDecoder().decode([Entry].self, from: Data(bytes)).filter { $0.path.contains(repository + "/") }
  }
}

/// A hub of its own behaviour, and a cache of its own.
struct HubFixture: Sendable {
  let server: MockServer
  let repository: String
  let cache: String
  var fetcher: HubFetcher

  /// - Parameter behaviour: what the server does; see `server.py`.
  init(_ behaviour: String, token: String? = nil, offline: Bool = false, cache: String? = nil) async throws {
    server = try await MockServer.shared
    repository = "tests/\(behaviour).\(UUID().uuidString.prefix(8))"
    self.cache =
      cache ?? FileManager.default.temporaryDirectory.appendingPathComponent("hub-\(UUID().uuidString)").path
    var client = HTTPClient()
    // One that does not stall on purpose may be slow: the machine is busy with other tests.
    client.limits.silentSeconds = behaviour.hasPrefix("stall") ? 1 : 30
    client.retries.firstPause = 0.001
    client.retries.longestPause = 0.01
    var download = FileDownload(client: client)
    download.chunkSize = 65_536
    fetcher = HubFetcher(
      environment: HubEnvironment(endpoint: server.endpoint, cache: self.cache, token: token, isOffline: offline),
      download: download)
  }

  /// Lets a held repository's bytes go on.
  func release() async throws {
    _ = try await HTTPClient().bytes(of: ClientRequest(server.endpoint + "/release/" + repository), limit: 1000)
  }

  /// The requests for bytes so far.
  func storageRequests() async throws -> [MockServer.Entry] {
    try await server.log(of: repository).filter { $0.role == "storage" }
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

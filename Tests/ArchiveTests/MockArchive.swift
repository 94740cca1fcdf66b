import Foundation
import TestServers
import Transfer

@testable import Archive

/// The stand-in as the archive.
enum MockArchive {
  /// A pull into a new folder.
  static func pull(rate: Double = 1000) async throws -> DatasetPull {
    var http = HTTPClient()
    http.retries.firstPause = 0.001
    http.retries.longestPause = 0.01
    let endpoint = try await MockServer.shared.endpoint
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("archive-\(UUID().uuidString)").path
    return DatasetPull(client: ArchiveClient(endpoint: endpoint, http: http, rate: rate), folder: folder)
  }

  struct Entry: Decodable {
    var path: String
    var time: Double
  }

  static func log() async throws -> [Entry] {
    let address = try await MockServer.shared.endpoint + "/log"
    let bytes = try await HTTPClient().bytes(of: ClientRequest(address), limit: 10 << 20)
    return try JSONDecoder().decode([Entry].self, from: Data(bytes))
  }
}

import Foundation

@testable import Archive
@testable import Hub

nonisolated(unsafe) private var running: (Process, Pipe)?  // Set once, and never read: it only keeps them alive.

struct NotStarted: Error {}

/// The Python server that plays the archive; one for all tests, gone with their process.
enum ArchiveStandIn {
  static let endpoint = Result { try start() }

  private static func start() throws -> String {
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
    return "http://127.0.0.1:" + (line.split(separator: " ").first ?? "")
  }

  /// A pull into a new folder.
  static func pull(rate: Double = 1000) throws -> DatasetPull {
    var http = HTTPClient()
    http.retries.firstPause = 0.001
    http.retries.longestPause = 0.01
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("archive-\(UUID().uuidString)").path
    return DatasetPull(client: ArchiveClient(endpoint: try endpoint.get(), http: http, rate: rate), folder: folder)
  }

  struct Entry: Decodable {
    var path: String
    var time: Double
  }

  static func log() async throws -> [Entry] {
    let bytes = try await HTTPClient().bytes(of: HTTPRequest(try endpoint.get() + "/log"), limit: 10 << 20)
    return try JSONDecoder().decode([Entry].self, from: Data(bytes))
  }
}

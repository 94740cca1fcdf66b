import Foundation

/// The Python server that plays a model hub, its storage and an image archive (`server.py`): one for each process of tests.
///
/// Nothing of it can hold up who waits for the tests: its standard error goes to a file, and it ends by itself as soon as
/// its parent has gone. What waits for it does so on a thread that is not of Swift's shared pool.
package struct MockServer: Sendable {
  /// The hub's and the archive's address.
  package let endpoint: String
  /// The address of the storage that the hub redirects to.
  package let storage: String

  package struct NotStarted: Error { package var message: String }
  package struct TimedOut: Error { package var awaited: String }

  /// Started when it is first asked for.
  package static var shared: MockServer { get async throws { try await started.value } }

  private static let started = Task {
    try await withCheckedThrowingContinuation { continuation in
      Thread.detachNewThread { continuation.resume(with: Result { try MockServer() }) }
    }
  }

  nonisolated(unsafe) private static var running: (Process, Pipe)?  // Set once, and never read: keeps them alive.

  private init() throws {
    let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("server.py")
    let (input, output) = (Pipe(), Pipe())
    for end in [input.fileHandleForWriting, output.fileHandleForReading] {
      _ = fcntl(end.fileDescriptor, F_SETFD, FD_CLOEXEC)
    }
    let errors = FileManager.default.temporaryDirectory.appendingPathComponent("stand-in-\(UUID().uuidString).log")
    try Data().write(to: errors)
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["python3", script.path, errors.path]
    process.standardInput = input
    process.standardOutput = output
    process.standardError = try FileHandle(forWritingTo: errors)
    try process.run()
    Self.running = (process, input)
    var line = ""
    while !line.hasSuffix("\n") {
      let bytes = output.fileHandleForReading.availableData
      guard !bytes.isEmpty else {
        throw NotStarted(message: (try? String(contentsOf: errors, encoding: .utf8)) ?? "")
      }
      line += String(decoding: bytes, as: UTF8.self)
    }
    let ports = line.split(separator: " ").map { $0.trimmingCharacters(in: .whitespacesAndNewlines) }
    endpoint = "http://127.0.0.1:\(ports[0])"
    storage = "http://127.0.0.1:\(ports[1])"
  }

  /// Waits until something holds, for a minute at most.
  ///
  /// - Throws: `TimedOut`, or `CancellationError` when the test's time is up.
  package static func wait(for awaited: String, until holds: () async throws -> Bool) async throws {
    let deadline = ContinuousClock.now + .seconds(60)
    while try await !holds() {
      guard ContinuousClock.now < deadline else { throw TimedOut(awaited: awaited) }
      try await Task.sleep(for: .milliseconds(10))
    }
  }
}

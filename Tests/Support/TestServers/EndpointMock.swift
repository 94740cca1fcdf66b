import Foundation

/// The Python server that plays an endpoint of models which misbehaves (`endpoint.py`): one for each process of tests.
package struct EndpointMock: Sendable {
  /// Its address, to which a behaviour's name is added.
  package let address: String

  /// Started when it is first asked for.
  package static var shared: EndpointMock { get async throws { try await started.value } }

  private static let started = Task {
    try await withCheckedThrowingContinuation { continuation in
      Thread.detachNewThread { continuation.resume(with: Result { try EndpointMock() }) }
    }
  }

  nonisolated(unsafe) private static var running: (Process, Pipe)?  // Set once, and never read: keeps them alive.

  private init() throws {
    let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("endpoint.py")
    let (input, output) = (Pipe(), Pipe())
    for end in [input.fileHandleForWriting, output.fileHandleForReading] {
      _ = fcntl(end.fileDescriptor, F_SETFD, FD_CLOEXEC)
    }
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["python3", script.path]
    process.standardInput = input
    process.standardOutput = output
    try process.run()
    Self.running = (process, input)
    var line = ""
    while !line.hasSuffix("\n") {
      let bytes = output.fileHandleForReading.availableData
      guard !bytes.isEmpty else { throw MockServer.NotStarted(message: "endpoint.py ended") }
      line += String(decoding: bytes, as: UTF8.self)
    }
    address = "http://127.0.0.1:\(line.trimmingCharacters(in: .whitespacesAndNewlines))"
  }

  /// The address of a server that behaves in some way, apart from all others.
  package func endpoint(_ behaviour: String) -> String { "\(address)/\(behaviour).\(UUID().uuidString)/v1" }
}

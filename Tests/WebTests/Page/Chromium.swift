import Foundation
import Synchronization

/// Debian's Chromium without a window, told what to do over its debugging pipe: JSON objects, each ended by a zero byte
/// (Chrome DevTools Protocol, `--remote-debugging-pipe`). It ends by itself when the pipe does.
final class Chromium: Sendable {
  struct Failure: Error, CustomStringConvertible {
    let description: String
  }

  /// The program; `nil` where it is not installed.
  static let path = ["/usr/bin/chromium", "/usr/bin/chromium-browser"].first {
    FileManager.default.isExecutableFile(atPath: $0)
  }
  /// Why the page's tests are skipped without it.
  static let missing = "Chromium is not installed (apt-get install chromium)"
  /// For one answer, in seconds.
  private static let timeout = 60.0

  typealias Listener = @Sendable (_ method: String, _ message: Data) -> Void

  private struct State {
    var next = 1
    var waiting: [Int: CheckedContinuation<Data, any Error>] = [:]
    var listeners: [String: Listener] = [:]
  }

  private let state = Mutex(State())
  private let toBrowser = Pipe()
  private let fromBrowser = Pipe()
  private let process = Process()
  private let folder = FileManager.default.temporaryDirectory.appendingPathComponent("dermgemma-\(UUID().uuidString)")

  init() throws {
    guard let path = Self.path else { throw Failure(description: Self.missing) }
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    process.executableURL = URL(fileURLWithPath: "/bin/bash")
    // Chromium reads descriptor 3 and writes descriptor 4. It must not hold what other tests opened: a process of theirs
    // would seem to run, and a connection to be open, for as long as it does.
    let start = """
      for open in /proc/$$/fd/*; do [ "${open##*/}" -gt 2 ] && eval "exec ${open##*/}<&-"; done
      exec "$@" 3<&0 4>&1 </dev/null >/dev/null 2>&1
      """
    process.arguments =
      ["-c", start, "bash", path] + [
        "--headless", "--remote-debugging-pipe", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
        "--no-first-run", "--user-data-dir=\(folder.path)", "about:blank",
      ]
    process.standardInput = toBrowser
    process.standardOutput = fromBrowser
    process.standardError = FileHandle.nullDevice
    try process.run()
    let descriptor = fromBrowser.fileHandleForReading.fileDescriptor
    Thread.detachNewThread { [weak self] in
      Self.messages(from: descriptor) { self?.hear($0) }
      self?.fail(with: "Chromium has ended")
    }
  }

  /// Ends the browser and takes its folder away.
  func close() {
    try? toBrowser.fileHandleForWriting.close()
    // Not asked to end: nothing of it is wanted any more, and nobody has to wait.
    kill(process.processIdentifier, SIGKILL)
    try? FileManager.default.removeItem(at: folder)
  }

  /// Calls a method of the protocol.
  ///
  /// - Parameters:
  ///   - parameters: an object of JSON.
  ///   - session: of the tab that is meant; `nil` for the browser itself.
  /// - Returns: the answer, an object of JSON with `result`.
  func call(_ method: String, _ parameters: String = "{}", session: String? = nil) async throws -> Data {
    let number = state.withLock { state in
      defer { state.next += 1 }
      return state.next
    }
    let tab = session.map { ",\"sessionId\":\"\($0)\"" } ?? ""
    let message = "{\"id\":\(number),\"method\":\"\(method)\",\"params\":\(parameters)\(tab)}\0"
    return try await withCheckedThrowingContinuation { continuation in
      state.withLock { $0.waiting[number] = continuation }
      DispatchQueue.global().asyncAfter(deadline: .now() + Self.timeout) { [weak self] in
        self?.end(number, .failure(Failure(description: "Chromium did not answer \(method)")))
      }
      do {
        try toBrowser.fileHandleForWriting.write(contentsOf: Data(message.utf8))
      } catch {
        end(number, .failure(error))
      }
    }
  }

  /// Hears what happens in a tab.
  func listen(to session: String, _ listener: @escaping Listener) {
    state.withLock { $0.listeners[session] = listener }
  }

  private struct Message: Decodable {
    struct Trouble: Decodable { var message: String }
    var id: Int?
    var method: String?
    var sessionId: String?
    var error: Trouble?
  }

  private func hear(_ data: Data) {
    guard let message = try? JSONDecoder().decode(Message.self, from: data) else { return }
    if let id = message.id {
      end(id, message.error.map { .failure(Failure(description: $0.message)) } ?? .success(data))
    } else if let method = message.method, let session = message.sessionId {
      state.withLock { $0.listeners[session] }?(method, data)
    }
  }

  private func end(_ number: Int, _ result: Result<Data, any Error>) {
    state.withLock { $0.waiting.removeValue(forKey: number) }?.resume(with: result)
  }

  private func fail(with words: String) {
    for number in state.withLock({ Array($0.waiting.keys) }) { end(number, .failure(Failure(description: words))) }
  }

  private static func messages(from descriptor: Int32, _ take: (Data) -> Void) {
    var pending = Data()
    var piece = [UInt8](repeating: 0, count: 65_536)
    while true {
      let count = read(descriptor, &piece, piece.count)
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { return }
      pending.append(contentsOf: piece.prefix(count))
      while let end = pending.firstIndex(of: 0) {
        take(pending[pending.startIndex..<end])
        pending.removeSubrange(pending.startIndex...end)
      }
    }
  }
}

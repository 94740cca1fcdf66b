import Foundation
import Glibc

/// The real program, run as a child of the tests.
enum Program {
  /// What a child wrote and how it ended.
  struct Outcome: Sendable {
    /// Its exit status; `nil` when a signal ended it.
    var status: Int32?
    /// The signal that ended it; `nil` when it exited by itself.
    var signal: Int32?
    /// Whether it had to be killed because it took too long.
    var tookTooLong: Bool
    var output: [UInt8]
    var errors: String
    /// The most memory that was seen resident (VmHWM), in KiB.
    var peakMemory: Int

    var text: String { String(decoding: output, as: UTF8.self) }
    /// The lines of standard output.
    var lines: [String] { text.split(separator: "\n").map(String.init) }
    /// The lines of standard error.
    var complaints: [String] { errors.split(separator: "\n").map(String.init) }

    /// The objects of `--json`, one a line.
    func objects() throws -> [[String: Any]] {
      try lines.map { line in
        guard let object = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any] else {
          throw NotAnObject(line: line)
        }
        return object
      }
    }
  }

  struct NotAnObject: Error { var line: String }
  struct NotStarted: Error { var status: Int32 }

  /// Where standard output goes.
  enum Destination: Sendable {
    case captured
    case path(String)
    /// A pipe that nobody reads any more.
    case closedPipe
  }

  /// Where standard input comes from.
  enum Source: Sendable {
    case bytes([UInt8])
    /// A pipe whose other end stays open and silent.
    case silence
    /// No descriptor at all.
    case closed
  }

  /// The executable that the package manager builds beside the test bundle.
  static let path: String = {
    let bundle = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
    return URL(fileURLWithPath: bundle).deletingLastPathComponent().appendingPathComponent("dermgemma").path
  }()

  /// Runs it to its end.
  ///
  /// - Parameters:
  ///   - arguments: what follows the program's name; as bytes, because file names need not be UTF-8.
  ///   - folder: its working folder.
  ///   - variables: environment variables to set besides the inherited ones.
  ///   - limit: seconds after which it is killed. Generous: the machine may be busy with other things.
  ///   - program: another executable than ours.
  ///   - largestFile: KiB that a file may have that it writes, as if the disk were full then; `nil` for no limit.
  ///   - act: called again and again while it runs, with its process number.
  static func run(
    _ arguments: [String], input: Source = .bytes([]), output: Destination = .captured, in folder: URL? = nil,
    variables: [String: String] = [:], limit: Double = 60, program: String = path,
    largestFile: Int? = nil, act: (@Sendable (pid_t) -> Void)? = nil
  ) async throws -> Outcome {
    await AdmissionSemaphore.shared.enter()
    defer { Task { await AdmissionSemaphore.shared.leave() } }
    return try await withCheckedThrowingContinuation { continuation in
      // A thread of its own: waiting for a child must not hold up the tests' few.
      Thread.detachNewThread {
        continuation.resume(
          with: Result {
            try runNow(
              arguments, input, output, in: folder, variables: variables, limit: limit, program: program,
              largestFile: largestFile, act: act)
          })
      }
    }
  }

  /// The same with the tiny model of noise.
  static func analyze(
    _ arguments: [String], input: Source = .bytes([]), output: Destination = .captured, in folder: URL? = nil,
    limit: Double = 60, act: (@Sendable (pid_t) -> Void)? = nil
  ) async throws -> Outcome {
    let model = try TinyPair.shared()
    return try await run(
      ["analyze", "--threads", "1", "--model", model.text, "--mmproj", model.projector] + arguments, input: input,
      output: output, in: folder, limit: limit, act: act)
  }

  private static func runNow(
    _ arguments: [String], _ input: Source, _ output: Destination, in folder: URL?, variables: [String: String],
    limit: Double, program: String, largestFile: Int?, act: (@Sendable (pid_t) -> Void)?
  ) throws -> Outcome {
    let desk = try Bench.folder()
    defer { try? FileManager.default.removeItem(at: desk) }
    let (outputPath, errorPath) = (desk.path + "/output", desk.path + "/errors")
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    // One at a time: no child may inherit another's pipe before it is marked to be closed.
    starting.lock()
    var isStarting = true
    defer { if isStarting { starting.unlock() } }
    var descriptors: [Int32] = []
    defer { for descriptor in descriptors { close(descriptor) } }
    func pipeEnds() -> (read: Int32, write: Int32) {
      var ends: [Int32] = [-1, -1]
      pipe(&ends)
      for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
      return (ends[0], ends[1])
    }

    switch input {
    case .bytes(let bytes):
      try Data(bytes).write(to: URL(fileURLWithPath: desk.path + "/input"))
      posix_spawn_file_actions_addopen(&actions, 0, desk.path + "/input", O_RDONLY, 0)
    case .silence:
      let ends = pipeEnds()
      descriptors += [ends.read, ends.write]
      posix_spawn_file_actions_adddup2(&actions, ends.read, 0)
    case .closed: posix_spawn_file_actions_addclose(&actions, 0)
    }
    switch output {
    case .captured: posix_spawn_file_actions_addopen(&actions, 1, outputPath, O_WRONLY | O_CREAT, 0o600)
    case .path(let path): posix_spawn_file_actions_addopen(&actions, 1, path, O_WRONLY, 0)
    case .closedPipe:
      let ends = pipeEnds()
      close(ends.read)
      descriptors.append(ends.write)
      posix_spawn_file_actions_adddup2(&actions, ends.write, 1)
    }
    posix_spawn_file_actions_addopen(&actions, 2, errorPath, O_WRONLY | O_CREAT, 0o600)

    // As a shell would start it: no signal blocked or ignored.
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var (none, all) = (sigset_t(), sigset_t())
    sigemptyset(&none)
    sigfillset(&all)
    posix_spawnattr_setsigmask(&attributes, &none)
    posix_spawnattr_setsigdefault(&attributes, &all)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))

    var environment = ProcessInfo.processInfo.environment
    // Nothing that the person who runs the tests has set up.
    for name in environment.keys where name.hasPrefix("DERMGEMMA_") || name.hasPrefix("HF_") { environment[name] = nil }
    environment["HOME"] = desk.path
    environment["XDG_CONFIG_HOME"] = desk.path + "/config"
    environment["XDG_CACHE_HOME"] = desk.path + "/cache"
    environment.merge(variables) { $1 }
    // `env` changes the folder and becomes the program.
    var words = ["/usr/bin/env", "-C", (folder ?? desk).path, program] + arguments
    if let largestFile { words = ["/bin/bash", "-c", "ulimit -f \(largestFile); exec \"$@\"", "bash"] + words }
    let started = try withCStrings(words) { words in
      try withCStrings(environment.map { "\($0.key)=\($0.value)" }) { variables in
        var process: pid_t = 0
        let status = posix_spawn(
          &process, largestFile == nil ? "/usr/bin/env" : "/bin/bash", &actions, &attributes, words, variables)
        guard status == 0 else { throw NotStarted(status: status) }
        return process
      }
    }

    starting.unlock()
    isStarting = false
    let deadline = Date(timeIntervalSinceNow: limit)
    var tookTooLong = false
    var (ending, peak) = (Int32(0), 0)
    while true {
      peak = max(peak, residentPeak(of: started))
      if waitpid(started, &ending, WNOHANG) == started { break }
      act?(started)
      if !tookTooLong, Date() > deadline {
        tookTooLong = true
        kill(started, SIGKILL)
      }
      usleep(10_000)
    }
    let signal = ending & 0x7f
    return Outcome(
      status: signal == 0 ? ending >> 8 & 0xff : nil, signal: signal == 0 ? nil : signal, tookTooLong: tookTooLong,
      output: FileManager.default.contents(atPath: outputPath).map(Array.init) ?? [],
      errors: String(decoding: FileManager.default.contents(atPath: errorPath) ?? Data(), as: UTF8.self),
      peakMemory: peak)
  }

  private static let starting = NSLock()

  private static func residentPeak(of process: pid_t) -> Int {
    guard let status = try? String(contentsOfFile: "/proc/\(process)/status", encoding: .utf8) else { return 0 }
    let line = status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
    return line.flatMap { $0.split(whereSeparator: { $0 == " " || $0 == "\t" }).dropFirst().first }.flatMap { Int($0) }
      ?? 0
  }

  private static func withCStrings<Result>(
    _ strings: [String], _ body: ([UnsafeMutablePointer<CChar>?]) throws -> Result
  ) rethrows -> Result {
    let copies = strings.map { strdup($0) }
    defer { for copy in copies { free(copy) } }
    return try body(copies + [nil])
  }
}

/// A part of an object as text that can be compared.
func sortedJSON(_ value: Any?) throws -> String {
  let data = try JSONSerialization.data(
    withJSONObject: value ?? NSNull(), options: [.sortedKeys, .fragmentsAllowed])
  return String(decoding: data, as: UTF8.self)
}

/// Lets few children run at once, however many tests there are.
private actor AdmissionSemaphore {
  static let shared = AdmissionSemaphore()
  private var free = 3
  private var waiting: [CheckedContinuation<Void, Never>] = []

  func enter() async {
    if free > 0 {
      free -= 1
    } else {
      await withCheckedContinuation { waiting.append($0) }
    }
  }

  func leave() {
    if waiting.isEmpty { free += 1 } else { waiting.removeFirst().resume() }
  }
}

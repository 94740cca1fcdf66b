import Foundation
import Glibc

/// The real program, or another, run as a child of the tests.
///
/// Foundation's `Process` waits for a socket to close, which children of other tests inherit.
package enum Program {
  /// What a child wrote and how it ended.
  package struct Outcome: Sendable {
    /// Its exit status; `nil` when a signal ended it.
    package var status: Int32?
    /// The signal that ended it; `nil` when it exited by itself.
    package var signal: Int32?
    /// Whether it had to be killed because it took too long.
    package var tookTooLong: Bool
    package var output: [UInt8]
    package var errors: String
    /// The most memory that was seen resident (VmHWM), in KiB.
    package var peakMemory: Int

    package var text: String { String(decoding: output, as: UTF8.self) }
    /// The lines of standard output.
    package var lines: [String] { text.split(separator: "\n").map(String.init) }
    /// The lines of standard error.
    package var errorLines: [String] { errors.split(separator: "\n").map(String.init) }

    /// The objects of `--json`, one a line.
    package func objects() throws -> [[String: Any]] {
      try lines.map { line in
        guard let object = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any] else {
          throw NotAnObject(line: line)
        }
        return object
      }
    }
  }

  package struct NotAnObject: Error { package var line: String }
  package struct NotStarted: Error { package var status: Int32 }

  /// Where standard output goes.
  package enum Destination: Sendable {
    case captured
    case path(String)
    /// A pipe that nobody reads any more.
    case closedPipe
  }

  /// Where standard input comes from.
  package enum Source: Sendable {
    case bytes([UInt8])
    /// A pipe whose other end stays open and silent.
    case silence
    /// No descriptor at all.
    case closed
  }

  /// The executable that the package manager builds beside the test bundle.
  package static let path: String = {
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
  package static func run(
    _ arguments: [String], input: Source = .bytes([]), output: Destination = .captured, in folder: URL? = nil,
    variables: [String: String] = [:], limit: Double = 60, program: String = path,
    largestFile: Int? = nil, act: (@Sendable (pid_t) -> Void)? = nil
  ) async throws -> Outcome {
    await ChildSemaphore.shared.enter()
    defer { Task { await ChildSemaphore.shared.leave() } }
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

  private static func runNow(
    _ arguments: [String], _ input: Source, _ output: Destination, in folder: URL?, variables: [String: String],
    limit: Double, program: String, largestFile: Int?, act: (@Sendable (pid_t) -> Void)?
  ) throws -> Outcome {
    let desk = FileManager.default.temporaryDirectory.appendingPathComponent("program-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: desk, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: desk) }
    // `env` changes the folder and becomes the program.
    var words = ["/usr/bin/env", "-C", (folder ?? desk).path, program] + arguments
    if let largestFile { words = ["/bin/bash", "-c", "ulimit -f \(largestFile); exec \"$@\"", "bash"] + words }
    let streams = try Streams(input, output, in: desk)
    let started = try streams.start(words, environment: environment(home: desk.path, variables))
    let (ending, tookTooLong, peak) = wait(for: started, limit: limit, act)
    let signal = ending & 0x7f
    return Outcome(
      status: signal == 0 ? ending >> 8 & 0xff : nil, signal: signal == 0 ? nil : signal, tookTooLong: tookTooLong,
      output: FileManager.default.contents(atPath: streams.outputPath).map(Array.init) ?? [],
      errors: String(decoding: FileManager.default.contents(atPath: streams.errorPath) ?? Data(), as: UTF8.self),
      peakMemory: peak)
  }

  /// Nothing that the person who runs the tests has set up.
  private static func environment(home: String, _ variables: [String: String]) -> [String: String] {
    var environment = ProcessInfo.processInfo.environment
    for name in environment.keys where name.hasPrefix("DERMGEMMA_") || name.hasPrefix("HF_") { environment[name] = nil }
    environment["HOME"] = home
    environment["XDG_CONFIG_HOME"] = home + "/config"
    environment["XDG_CACHE_HOME"] = home + "/cache"
    return environment.merging(variables) { $1 }
  }

  /// The status of `waitpid`, whether it had to be killed, and its most memory in KiB.
  private static func wait(
    for process: pid_t, limit: Double, _ act: (@Sendable (pid_t) -> Void)?
  ) -> (ending: Int32, tookTooLong: Bool, peak: Int) {
    let deadline = Date(timeIntervalSinceNow: limit)
    var tookTooLong = false
    var (ending, peak) = (Int32(0), 0)
    while true {
      peak = max(peak, residentPeak(of: process))
      if waitpid(process, &ending, WNOHANG) == process { return (ending, tookTooLong, peak) }
      act?(process)
      if !tookTooLong, Date() > deadline {
        tookTooLong = true
        kill(process, SIGKILL)
      }
      usleep(10_000)
    }
  }

  private static func residentPeak(of process: pid_t) -> Int {
    guard let status = try? String(contentsOfFile: "/proc/\(process)/status", encoding: .utf8) else { return 0 }
    let line = status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
    return line.flatMap { $0.split(whereSeparator: { $0 == " " || $0 == "\t" }).dropFirst().first }.flatMap { Int($0) }
      ?? 0
  }
}

/// Lets few children run at once, however many tests there are.
private actor ChildSemaphore {
  static let shared = ChildSemaphore()
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

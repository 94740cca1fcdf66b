import Foundation
import Synchronization

/// Programs started and waited for.
///
/// Foundation's `Process` waits for a socket that children of other threads inherit, so it can wait for too long.
enum ChildProcess {
  /// How a child ended.
  struct Outcome: Sendable {
    /// Its exit status; 128 and the signal's number when a signal ended it, as shells count.
    var status: Int32
    /// What it wrote to standard output and standard error, when that was asked for.
    var output: String
  }

  /// What a cancellation has to know.
  private struct State {
    var process: pid_t?
    var isCancelled = false
  }

  /// Runs a program to its end, in a process group of its own. Cancelling the task sends the group SIGTERM, and waits for
  /// the program.
  ///
  /// - Parameters:
  ///   - words: the program, looked up in the path, and its arguments.
  ///   - log: a file that receives its output, at its end; `nil` to return the output.
  /// - Throws: ``ClusterFault/scheduler(program:reason:)`` when it cannot be started; `CancellationError` when the task was
  ///   cancelled before.
  static func run(_ words: [String], log: String? = nil) async throws -> Outcome {
    let child = Mutex(State())
    return try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { continuation in
        // A thread of its own: waiting must not hold up Swift's few.
        Thread.detachNewThread {
          continuation.resume(with: Result { try runNow(words, log, child) })
        }
      }
    } onCancel: {
      child.withLock { state in
        state.isCancelled = true
        if let process = state.process { kill(-process, SIGTERM) }
      }
    }
  }

  private static func runNow(_ words: [String], _ log: String?, _ child: borrowing Mutex<State>) throws -> Outcome {
    let name = words.first ?? ""
    func failed(_ code: Int32) -> ClusterFault {
      ClusterFault.scheduler(program: name, reason: "cannot be started (\(String(cString: strerror(code))))")
    }
    let output = log ?? FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString).path
    defer { if log == nil { unlink(output) } }
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    posix_spawn_file_actions_addopen(&actions, 1, output, O_WRONLY | O_CREAT | O_APPEND, 0o644)
    posix_spawn_file_actions_adddup2(&actions, 1, 2)
    var arguments: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) } + [nil]
    defer { for argument in arguments { free(argument) } }
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    // Threads of Swift's pool block all signals, and this program ignores some; a child would inherit both.
    var (none, all) = (sigset_t(), sigset_t())
    sigemptyset(&none)
    sigfillset(&all)
    posix_spawnattr_setsigmask(&attributes, &none)
    posix_spawnattr_setsigdefault(&attributes, &all)
    posix_spawnattr_setflags(
      &attributes, Int16(POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))
    var process: pid_t = 0
    let code = try child.withLock { state in
      if state.isCancelled { throw CancellationError() }
      let code = posix_spawnp(&process, name, &actions, &attributes, &arguments, environ)
      if code == 0 { state.process = process }
      return code
    }
    guard code == 0 else { throw failed(code) }
    var ending: Int32 = 0
    // Waits without reaping, so that the number stays this child's until nobody can signal it any more.
    var information = siginfo_t()
    while waitid(P_PID, id_t(process), &information, WEXITED | WNOWAIT) != 0, errno == EINTR {}
    child.withLock { $0.process = nil }
    while waitpid(process, &ending, 0) != process, errno == EINTR {}
    let signal = ending & 0x7f
    let text = log == nil ? FileManager.default.contents(atPath: output) ?? Data() : Data()
    return Outcome(
      status: signal == 0 ? ending >> 8 & 0xff : 128 + signal, output: String(decoding: text, as: UTF8.self))
  }
}

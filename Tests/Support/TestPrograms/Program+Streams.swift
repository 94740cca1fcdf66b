import Foundation
import Glibc

extension Program {
  /// A child's standard streams.
  final class Streams {
    let outputPath: String
    let errorPath: String
    private var actions = posix_spawn_file_actions_t()
    private var descriptors: [Int32] = []

    /// One at a time: no child may inherit another's pipe before it is marked to be closed.
    private static let starting = NSLock()

    /// Files and pipes, made in a folder, until the child is started.
    init(_ input: Source, _ output: Destination, in folder: URL) throws {
      (outputPath, errorPath) = (folder.path + "/output", folder.path + "/errors")
      posix_spawn_file_actions_init(&actions)
      Self.starting.lock()
      do {
        try connect(input, folder.path + "/input")
      } catch {
        Self.starting.unlock()
        throw error
      }
      connect(output)
      posix_spawn_file_actions_addopen(&actions, 2, errorPath, O_WRONLY | O_CREAT, 0o600)
    }

    deinit {
      for descriptor in descriptors { close(descriptor) }
      posix_spawn_file_actions_destroy(&actions)
    }

    private func connect(_ input: Source, _ path: String) throws {
      switch input {
      case .bytes(let bytes):
        try Data(bytes).write(to: URL(fileURLWithPath: path))
        posix_spawn_file_actions_addopen(&actions, 0, path, O_RDONLY, 0)
      case .silence:
        let ends = pipeEnds()
        descriptors += [ends.read, ends.write]
        posix_spawn_file_actions_adddup2(&actions, ends.read, 0)
      case .closed: posix_spawn_file_actions_addclose(&actions, 0)
      }
    }

    private func connect(_ output: Destination) {
      switch output {
      case .captured: posix_spawn_file_actions_addopen(&actions, 1, outputPath, O_WRONLY | O_CREAT, 0o600)
      case .path(let path): posix_spawn_file_actions_addopen(&actions, 1, path, O_WRONLY, 0)
      case .closedPipe:
        let ends = pipeEnds()
        close(ends.read)
        descriptors.append(ends.write)
        posix_spawn_file_actions_adddup2(&actions, ends.write, 1)
      }
    }

    private func pipeEnds() -> (read: Int32, write: Int32) {
      var ends: [Int32] = [-1, -1]
      pipe(&ends)
      for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
      return (ends[0], ends[1])
    }

    /// Starts a child, as a shell would: no signal blocked or ignored. To be called once.
    ///
    /// - Parameter words: the program's path, and its arguments.
    func start(_ words: [String], environment: [String: String]) throws -> pid_t {
      defer { Self.starting.unlock() }
      var attributes = posix_spawnattr_t()
      posix_spawnattr_init(&attributes)
      defer { posix_spawnattr_destroy(&attributes) }
      var (none, all) = (sigset_t(), sigset_t())
      sigemptyset(&none)
      sigfillset(&all)
      posix_spawnattr_setsigmask(&attributes, &none)
      posix_spawnattr_setsigdefault(&attributes, &all)
      posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))
      var process: pid_t = 0
      let status = withCStrings(words) { arguments in
        withCStrings(environment.map { "\($0.key)=\($0.value)" }) { variables in
          posix_spawn(&process, words[0], &actions, &attributes, arguments, variables)
        }
      }
      guard status == 0 else { throw NotStarted(status: status) }
      return process
    }

    private func withCStrings<Result>(
      _ strings: [String], _ body: ([UnsafeMutablePointer<CChar>?]) throws -> Result
    ) rethrows -> Result {
      let copies = strings.map { strdup($0) }
      defer { for copy in copies { free(copy) } }
      return try body(copies + [nil])
    }
  }
}

import Foundation

/// A lock that one process holds at a time (flock), as other tools that share the cache take it. Its file stays.
public final class FileLock: Sendable {
  private let descriptor: Int32

  private init(descriptor: Int32) { self.descriptor = descriptor }

  deinit { close(descriptor) }

  /// Waits until the lock is ours.
  ///
  /// - Parameters:
  ///   - path: the lock's file, which is made unless it is there.
  ///   - waiting: called once when another holds it.
  /// - Throws: ``TransferFault`` when the file cannot be made; `CancellationError`.
  public static func hold(_ path: String, waiting: @Sendable () -> Void) async throws -> FileLock {
    let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else {
      throw TransferFault.unwritable(path: path, reason: String(cString: strerror(errno)))
    }
    let lock = FileLock(descriptor: descriptor)
    var isFirst = true
    while flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
      let reason = errno
      guard reason == EWOULDBLOCK || reason == EINTR else {
        throw TransferFault.unwritable(path: path, reason: String(cString: strerror(reason)))
      }
      if isFirst { waiting() }
      isFirst = false
      try await Task.sleep(for: .milliseconds(100))
    }
    return lock
  }
}

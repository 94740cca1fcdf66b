import Foundation

/// A lock that one process holds at a time (flock), as other tools that share the cache take it. Its file stays.
public final class FileLock: Sendable {
  private let descriptor: Int32

  private init(descriptor: Int32) { self.descriptor = descriptor }

  deinit { close(descriptor) }

  /// The mode of the hub's own tool for lock files, regardless of the process's umask: users who share a cache through
  /// a group must be able to lock them.
  private static let mode: mode_t = 0o664

  /// Waits until the lock is ours.
  ///
  /// - Parameters:
  ///   - path: the lock's file, which is made unless it is there.
  ///   - waiting: called once when another holds it.
  /// - Throws: ``TransferFault`` when the file cannot be made; `CancellationError`.
  public static func hold(_ path: String, waiting: @Sendable () -> Void) async throws -> FileLock {
    let lock = FileLock(descriptor: try opened(path))
    var isFirst = true
    while try !lock.isTaken(path) {
      if isFirst { waiting() }
      isFirst = false
      try await Task.sleep(for: .milliseconds(100))
    }
    return lock
  }

  /// The lock if no one else holds it.
  ///
  /// - Parameters:
  ///   - path: the lock's file, which is made unless it is there.
  ///   - mode: the permissions of a new file.
  /// - Throws: ``TransferFault`` when the file cannot be made.
  public static func take(_ path: String, mode: mode_t = 0o664) throws(TransferFault) -> FileLock? {
    let lock = FileLock(descriptor: try opened(path, mode: mode))
    return try lock.isTaken(path) ? lock : nil
  }

  private static func opened(_ path: String, mode: mode_t = mode) throws(TransferFault) -> Int32 {
    var descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, mode)
    if descriptor >= 0 {
      // Only its owner may do this; another user's file already has its permissions.
      _ = fchmod(descriptor, mode)
    } else if errno == EACCES || errno == EROFS {
      // Another user's file, which only its owner may write: locking it needs no write access.
      descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
    }
    guard descriptor >= 0 else { throw .unwritable(path: path, reason: String(cString: strerror(errno))) }
    return descriptor
  }

  private func isTaken(_ path: String) throws(TransferFault) -> Bool {
    if flock(descriptor, LOCK_EX | LOCK_NB) == 0 { return true }
    let reason = errno
    guard reason == EWOULDBLOCK || reason == EINTR else {
      throw .unwritable(path: path, reason: String(cString: strerror(reason)))
    }
    return false
  }
}

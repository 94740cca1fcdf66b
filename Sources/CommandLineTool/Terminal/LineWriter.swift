import Digests
import Faults
import Foundation

/// Standard input that cannot be read.
struct UnreadableInput: Fault {
  var reason: String
  var kind: FaultKind { .missingInput }
  var description: String { "Standard input cannot be read (\(reason))" }
}

/// Writes lines to a descriptor whose reader may be slow, without blocking any of Swift's threads.
struct LineWriter: Sendable {
  /// A pipe that `poll` calls writable takes as many bytes without blocking (POSIX, PIPE_BUF).
  private static let piece = 4_096
  /// Milliseconds between checks for cancellation.
  private static let longestWait: Int32 = 50

  var descriptor = STDOUT_FILENO

  /// Writes a line, and returns when all of it is written.
  ///
  /// - Throws: `OutputFault` when nobody reads any more, or the disk is full; `CancellationError`.
  func write(_ line: String) async throws {
    let descriptor = descriptor
    try await BlockingWork.run { cancellation in
      let bytes = Array((line + "\n").utf8)
      var start = 0
      while start < bytes.count {
        try cancellation.check()
        var awaited = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        let ready = poll(&awaited, 1, Self.longestWait)
        if ready == 0 || (ready < 0 && (errno == EINTR || errno == EAGAIN)) { continue }
        let count = bytes[start...].prefix(Self.piece).withUnsafeBytes {
          Foundation.write(descriptor, $0.baseAddress, $0.count)
        }
        if count >= 0 {
          start += count
        } else if errno != EINTR && errno != EAGAIN {
          throw OutputFault(reason: String(cString: strerror(errno)))
        }
      }
    }
  }
}

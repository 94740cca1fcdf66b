import Datasets
import Digests
import Foundation

/// Bytes on standard input.
enum StandardInput {
  /// A bound that no image or list of files reaches.
  static let largest = 256 << 20
  /// Milliseconds between checks for cancellation.
  private static let longestWait: Int32 = 50

  /// All bytes until its end, read on a separate thread.
  ///
  /// - Throws: `ImageFiles.Missing` when it cannot be read or does not end within `largest`; `CancellationError` when
  ///   the task was cancelled, for example by Ctrl-C: no call blocks here for long.
  static func read() async throws -> [UInt8] {
    try await BlockingWork.run { try read(from: STDIN_FILENO, until: $0) }
  }

  /// All bytes of a descriptor until its end or until the reading is cancelled.
  ///
  /// Reads only when `poll` reports data, so that a signal that interrupts the wait (`EINTR`) does not lead to a read
  /// that blocks and misses a cancellation.
  static func read(from descriptor: Int32, until cancellation: BlockingWork.Cancellation) throws -> [UInt8] {
    var bytes: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      try cancellation.check()
      var awaited = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
      let ready = poll(&awaited, 1, longestWait)
      if ready == 0 || (ready < 0 && (errno == EINTR || errno == EAGAIN)) { continue }
      // For an invalid descriptor (POLLNVAL) or another fault, `read` reports the error.
      let count = Foundation.read(descriptor, &piece, piece.count)
      if count == 0 { return bytes }
      if count < 0 {
        if errno == EINTR || errno == EAGAIN { continue }
        throw ImageFiles.Missing(path: "standard input", reason: String(cString: strerror(errno)))
      }
      bytes += piece.prefix(count)
      guard bytes.count <= largest else {
        throw ImageFiles.Missing(path: "standard input", reason: "more than \(largest >> 20) MiB")
      }
    }
  }
}

import Dispatch
import Foundation

/// The end of a pipe that the signal handler writes to; a handler can reach nothing but globals.
private nonisolated(unsafe) var wakeUpEnd: Int32 = -1  // Written once, before any handler is installed.

/// Turns SIGINT (Ctrl-C) and SIGTERM into cancellation of a task; a second signal ends the process at once.
///
/// It is a handler that writes to a pipe, not a Dispatch signal source: that needs the signal ignored before it
/// listens, and would lose a Ctrl-C in between.
final class SignalHandler {
  private let source: any DispatchSourceRead

  init(_ cancel: @escaping @Sendable () -> Void) {
    var ends: [Int32] = [-1, -1]
    pipe(&ends)
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    let (listening, writing) = (ends[0], ends[1])
    wakeUpEnd = writing
    source = DispatchSource.makeReadSource(fileDescriptor: listening, queue: DispatchQueue(label: "dermgemma-signals"))
    nonisolated(unsafe) var count = 0  // Only ever touched on the source's queue.
    source.setEventHandler {
      var bytes = [UInt8](repeating: 0, count: 16)
      count += max(0, read(listening, &bytes, bytes.count))
      if count > 1 { _exit(130) }
      if count == 1 { cancel() }
    }
    source.resume()
    for number in [SIGINT, SIGTERM] {
      signal(number) { _ in
        let saved = errno
        var byte: UInt8 = 0
        _ = write(wakeUpEnd, &byte, 1)
        errno = saved
      }
    }
  }
}

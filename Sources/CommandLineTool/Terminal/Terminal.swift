import Faults
import Foundation
import Synchronization
import TextOutput

/// Standard output that could not be written.
struct OutputFault: Fault {
  var reason: String
  var kind: FaultKind { .unwritableOutput }
  var description: String { "Standard output cannot be written (\(reason))" }
}

/// Standard output and standard error of a command, with a progress line on the latter if it is a terminal.
///
/// Many tasks write lines at once. Lines never mix with each other or with the progress line: one lock is held from
/// removing the old progress line until the new text is written.
final class Terminal: Sendable {
  private let output: Int32
  private let errors: Int32
  /// Whether standard error is a terminal.
  let showsProgress: Bool
  /// Whether a progress line is shown; its lock is held while anything is written.
  private let progressIsShown = Mutex(false)

  init(output: Int32 = STDOUT_FILENO, errors: Int32 = STDERR_FILENO) {
    self.output = output
    self.errors = errors
    showsProgress = isatty(errors) == 1 && ProcessInfo.processInfo.environment["TERM"] != "dumb"
  }

  /// Writes a line to standard output.
  ///
  /// - Throws: `OutputFault` when it cannot be written whole (a full disk, a closed pipe).
  func print(_ line: String) throws(OutputFault) {
    try progressIsShown.withLock { isShown throws(OutputFault) in
      clear(&isShown)
      try Self.write(line + "\n", to: output)
    }
  }

  /// Writes a line to standard error. A failure to do so cannot be reported anywhere.
  func printError(_ line: String) {
    progressIsShown.withLock { isShown in
      clear(&isShown)
      try? Self.write(Sanitizer.message(line) + "\n", to: errors)
    }
  }

  /// Replaces the progress line; does nothing if standard error is not a terminal.
  func progress(_ line: String) {
    guard showsProgress else { return }
    let text = "\r\u{1B}[2K" + String(Sanitizer.message(line).prefix(Self.columns(errors) - 1))
    progressIsShown.withLock { isShown in
      isShown = true
      try? Self.write(text, to: errors)
    }
  }

  /// Removes the progress line.
  func clearProgress() {
    progressIsShown.withLock { clear(&$0) }
  }

  private func clear(_ isShown: inout Bool) {
    if isShown { try? Self.write("\r\u{1B}[2K", to: errors) }
    isShown = false
  }

  private static func columns(_ descriptor: Int32) -> Int {
    var size = winsize()
    guard ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 10 else { return 80 }
    return Int(size.ws_col)
  }

  private static func write(_ text: String, to descriptor: Int32) throws(OutputFault) {
    var bytes = Array(text.utf8)[...]
    while !bytes.isEmpty {
      let written = bytes.withUnsafeBytes { Foundation.write(descriptor, $0.baseAddress, $0.count) }
      if written > 0 {
        bytes = bytes.dropFirst(written)
      } else if written == 0 || errno == EAGAIN {
        // A full pipe that another process made non-blocking: sleep until its reader takes something.
        var full = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        _ = poll(&full, 1, -1)
      } else if errno != EINTR {
        throw OutputFault(reason: String(cString: strerror(errno)))
      }
    }
  }
}

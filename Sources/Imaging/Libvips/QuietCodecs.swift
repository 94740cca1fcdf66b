import CVips
import Foundation

/// Keeps libjxl, libde265 and dav1d from printing to standard error what is wrong with a file: they have no setting for it.
///
/// They print to C's `stderr`, which glibc lets a program set. Ours passes everything on but what a thread prints while it
/// decodes, and what the threads of libvips and of the codecs print.
final class QuietCodecs: @unchecked Sendable {  // both variables are set once
  static let shared = QuietCodecs()

  /// The names of libvips' threads, and dav1d's; other codecs' threads inherit libvips'.
  private static let threads = ["libvips", "dav1d"]
  /// How the lines of libjxl's threads begin, which have the names of ours.
  private static let lines = ["./lib/jxl/", "SPS ", "PPS ", "VPS ", "slice "]

  private var key = pthread_key_t()
  private let mark = UnsafeMutableRawPointer.allocate(byteCount: 1, alignment: 1)

  private init() {
    guard pthread_key_create(&key, nil) == 0 else { return }
    var functions = dermgemma_stream()
    functions.write = { _, bytes, count in
      guard let bytes, !QuietCodecs.shared.silences(UnsafeRawBufferPointer(start: bytes, count: count)) else {
        return count
      }
      return write(STDERR_FILENO, bytes, count)
    }
    guard let stream = dermgemma_open_stream(nil, "w", functions) else { return }
    setvbuf(stream, nil, _IONBF, 0)
    dermgemma_set_stderr(stream)
  }

  private func silences(_ bytes: UnsafeRawBufferPointer) -> Bool {
    if pthread_getspecific(key) != nil || Self.lines.contains(where: { bytes.starts(with: $0.utf8) }) { return true }
    var name = [CChar](repeating: 0, count: 17)
    dermgemma_thread_name(&name)
    return Self.threads.contains { prefix in name.map(UInt8.init(bitPattern:)).starts(with: prefix.utf8) }
  }

  /// Does work, during which what this thread prints to C's `stderr` leads nowhere.
  func during<Result>(_ work: () -> Result) -> Result {
    pthread_setspecific(key, mark)
    defer { pthread_setspecific(key, nil) }
    return work()
  }
}

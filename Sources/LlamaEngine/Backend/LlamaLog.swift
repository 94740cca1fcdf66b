import CLlama
import Foundation

/// What llama.cpp said last: its log goes nowhere else, and its errors become part of ours.
enum LlamaLog {
  private struct Lines: Sendable {
    var errors: [String] = []
    var begun = ""
  }

  // Every engine's every decode comes by here, so it is contended, and the thread sanitizer does not see how a contended
  // `Mutex` passes from one thread to the next. It sees this lock, which guards `lines`.
  private static let lock = NSLock()
  private nonisolated(unsafe) static var lines = Lines()
  private static let kept = 8

  /// Forgets what was said before.
  static func forget() {
    lock.withLock { lines = Lines() }
  }

  /// The last errors, oldest first, on one line; `nil` when there was none.
  static var lastErrors: String? {
    lock.withLock { lines.errors.isEmpty ? nil : lines.errors.joined(separator: "; ") }
  }

  static let callback: @convention(c) (ggml_log_level, UnsafePointer<CChar>?, UnsafeMutableRawPointer?) -> Void = {
    level, text, _ in
    guard level == GGML_LOG_LEVEL_ERROR, let text else { return }
    let line = String(cString: text).split(whereSeparator: \.isNewline).joined(separator: " ")
    guard !line.isEmpty else { return }
    lock.withLock {
      lines.errors.append(line)
      if lines.errors.count > kept { lines.errors.removeFirst() }
    }
  }
}

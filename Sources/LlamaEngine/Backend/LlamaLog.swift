import CLlama
import Foundation

/// llama.cpp's last log messages: its log goes nowhere else, and its errors become part of our errors.
enum LlamaLog {
  private struct Lines: Sendable {
    var errors: [String] = []
    var begun = ""
  }

  // Every decode of every engine takes this lock, so it is contended. The thread sanitizer does not understand a
  // contended `Mutex`; it understands this lock, which guards `lines`.
  private static let lock = NSLock()
  private nonisolated(unsafe) static var lines = Lines()
  private static let kept = 8

  /// Forgets what was said before.
  static func clear() {
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
